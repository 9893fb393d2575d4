import { createRequire } from 'node:module';
import path from 'node:path';
import type { JestPackages } from '../jest/find-jest';
import type { Command } from '../launch/open-sandbox';
import type { CheckedOptions } from '../options/options';
import { environmentInside } from '../options/processes/environment';

const MAIN = path.join(__dirname, '..', 'test-process', 'main.js');

export interface NodeCommand extends Command {
  /** Node's, of the command line. */
  flags: string[];
}

/** The test process: this Node with its flags, as jest-worker starts its workers. */
export function nodeCommand(
  jest: JestPackages,
  workerId: string,
  options: CheckedOptions,
): NodeCommand {
  const flags = process.execArgv.filter((flag) => !isForDebugger(flag));
  const passFds = options.passFds.length > 0 ? [options.passFds.join(',')] : [];
  const env = {
    ...process.env,
    ...withoutDebugger(process.env.NODE_OPTIONS),
    JEST_WORKER_ID: workerId,
    ...(printsColor(jest) ? { FORCE_COLOR: '1' } : {}),
  };
  return {
    argv: [process.execPath, ...flags, MAIN, ...passFds],
    flags,
    env: environmentInside(env, options),
  };
}

/** This process has the port that they name; the test process opens one of its own. */
function isForDebugger(flag: string): boolean {
  return /^--(debug|inspect)/.test(flag);
}

function withoutDebugger(nodeOptions: string | undefined): { NODE_OPTIONS?: string } {
  // Most have none, and are to see what they wrote.
  if (!nodeOptions?.includes('--inspect')) return {};
  return {
    NODE_OPTIONS: nodeOptions
      .split(' ')
      .filter((flag) => !isForDebugger(flag))
      .join(' '),
  };
}

/** Inside, standard output is a pipe; whether there is a terminal behind it is known here only. */
function printsColor(jest: JestPackages): boolean {
  const fromJestWorker = createRequire(jest.require.resolve('jest-worker'));
  const { stdout } = fromJestWorker('supports-color') as { stdout: unknown };
  return Boolean(stdout);
}

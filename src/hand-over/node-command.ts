import { createRequire } from 'node:module';
import path from 'node:path';
import type { JestPackages } from '../jest/find-jest';
import type { Command } from '../launch/open-sandbox';

const MAIN = path.join(__dirname, '..', 'test-process', 'main.js');

/** The test process: this Node with its flags, as jest-worker starts its workers. */
export function nodeCommand(jest: JestPackages, workerId: string): Command {
  return {
    argv: [
      process.execPath,
      // A debugger's port is taken by this process.
      ...process.execArgv.filter((flag) => !/^--(debug|inspect)/.test(flag)),
      MAIN,
    ],
    env: {
      ...process.env,
      JEST_WORKER_ID: workerId,
      ...(printsColor(jest) ? { FORCE_COLOR: '1' } : {}),
    },
  };
}

/** Inside, standard output is a pipe; whether there is a terminal behind it is known here only. */
function printsColor(jest: JestPackages): boolean {
  const fromJestWorker = createRequire(jest.require.resolve('jest-worker'));
  const { stdout } = fromJestWorker('supports-color') as { stdout: unknown };
  return Boolean(stdout);
}

/** How a file's test process is to come to be: as a copy of the fork server, or as a Node of its own. */
import type { RunFile } from '../channel/messages';
import { SandboxError } from '../errors/sandbox-error';
import { whyNotFork } from '../launch/fork-fits';
import { ForkServer } from '../launch/fork-server';
import type { SandboxSpec } from '../options/sandbox-spec';
import type { NodeCommand } from './node-command';
import { tellOnce } from './notices';
import { toWarmUpFile, whyNoWarmUp } from './warm-up-file';

export type LaunchStrategy =
  | { name: 'fork'; server: ForkServer }
  | { name: 'exec'; reason: string };

/** Fork servers that ended by themselves are replaced so often. */
const MOST_STARTS = 3;

/** By what they are warm for. */
const kinds = new Map<string, { starts: number; current: Promise<LaunchStrategy> }>();

/**
 * The strategy for a file. Starts the fork server if that is the first of its kind.
 *
 * @throws SandboxError when it has to be `fork`, and cannot be.
 */
export async function chooseStrategy(
  spec: SandboxSpec,
  command: NodeCommand,
  file: RunFile,
  asked: 'auto' | 'fork' | 'exec',
): Promise<LaunchStrategy> {
  const strategy = await possible(spec, command, file, asked);
  if (asked === 'fork' && strategy.name === 'exec') {
    throw new SandboxError(`The launch strategy cannot be "fork" here: ${strategy.reason}`, {
      option: 'launch',
      reason: strategy.reason,
      fix: `Take the option away, or set launch: 'auto'.`,
    });
  }
  return strategy;
}

async function possible(
  spec: SandboxSpec,
  command: NodeCommand,
  file: RunFile,
  asked: 'auto' | 'fork' | 'exec',
): Promise<LaunchStrategy> {
  const { NS_JEST_LAUNCH } = process.env;
  if (asked === 'exec') return { name: 'exec', reason: 'the option "launch" says so' };
  if (asked === 'auto' && NS_JEST_LAUNCH === 'exec') {
    return { name: 'exec', reason: 'NS_JEST_LAUNCH says so' };
  }
  if (file.debug !== undefined)
    return { name: 'exec', reason: 'a debugger needs a Node of its own' };
  const flags = [...command.flags, ...words(process.env.NODE_OPTIONS)];
  const reason = whyNotFork(spec, command.env, flags) ?? whyNoWarmUp(file);
  if (reason !== undefined) return { name: 'exec', reason: `${reason} needs a Node of its own` };
  return serverFor(file, command);
}

async function serverFor(file: RunFile, command: NodeCommand): Promise<LaunchStrategy> {
  const { transform } = file.projectConfig as { transform: unknown };
  const key = JSON.stringify([file.jestRunnerDirectory, transform, command.flags]);
  const kind = kinds.get(key) ?? { starts: 1, current: start(file, command) };
  kinds.set(key, kind);
  for (;;) {
    const { current } = kind;
    const strategy = await current;
    if (strategy.name === 'exec' || strategy.server.isAlive) return strategy;
    if (kind.starts >= MOST_STARTS) {
      return { name: 'exec', reason: `the fork server has ended ${MOST_STARTS} times` };
    }
    // Of several files that find it gone one starts the next.
    if (kind.current === current) {
      kind.starts += 1;
      kind.current = start(file, command);
    }
  }
}

/** Ends all: at the end of a run. Copies live on until their files have ended. */
export function endForkServers(): void {
  for (const { current } of kinds.values()) {
    void current.then((strategy) => {
      if (strategy.name === 'fork') strategy.server.end();
    });
  }
  kinds.clear();
}

async function start(file: RunFile, command: NodeCommand): Promise<LaunchStrategy> {
  const { cacheDirectory } = file.projectConfig as { cacheDirectory: string };
  try {
    const order = { warmUp: toWarmUpFile(file), folder: cacheDirectory };
    return { name: 'fork', server: await ForkServer.start(order, command.flags) };
  } catch (error) {
    const reason = (error as Error).message;
    tellOnce([`each file is run by a Node of its own, which takes longer: ${reason}`]);
    return { name: 'exec', reason };
  }
}

function words(text = ''): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

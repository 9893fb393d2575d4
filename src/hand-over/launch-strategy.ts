/** How a file's test process is to come to be: as a copy of the fork server, or as a Node of its own. */
import type { RunFile } from '../channel/messages';
import { whyNotFork } from '../launch/fork-fits';
import { ForkServer } from '../launch/fork-server';
import type { SandboxSpec } from '../options/sandbox-spec';
import type { NodeCommand } from './node-command';
import { toWarmUpFile } from './warm-up-file';

export type LaunchStrategy =
  | { name: 'fork'; server: ForkServer }
  | { name: 'exec'; reason: string };

/** By what they are warm for. */
const servers = new Map<string, Promise<LaunchStrategy>>();

/** The strategy for a file. Starts the fork server if that is the first of its kind. */
export function chooseStrategy(
  spec: SandboxSpec,
  command: NodeCommand,
  file: RunFile,
): Promise<LaunchStrategy> {
  const reason =
    process.env.NS_JEST_LAUNCH !== 'fork'
      ? 'NS_JEST_LAUNCH'
      : whyNotFork(spec, command.env, flagsOf(command));
  if (reason !== undefined) return Promise.resolve({ name: 'exec', reason });
  const key = JSON.stringify([
    file.jestRunnerDirectory,
    (file.projectConfig as { transform: unknown }).transform,
    flagsOf(command),
  ]);
  let server = servers.get(key);
  if (server === undefined) {
    server = start(file, command);
    servers.set(key, server);
  }
  return server;
}

/** Ends all: at the end of a run. Copies live on until their files have ended. */
export function endForkServers(): void {
  for (const started of servers.values()) {
    void started.then((strategy) => {
      if (strategy.name === 'fork') strategy.server.end();
    });
  }
  servers.clear();
}

async function start(file: RunFile, command: NodeCommand): Promise<LaunchStrategy> {
  try {
    const server = await ForkServer.start({ warmUp: toWarmUpFile(file) }, command.flags);
    return { name: 'fork', server };
  } catch (error) {
    return { name: 'exec', reason: (error as Error).message };
  }
}

function flagsOf(command: NodeCommand): string[] {
  const inherited = (process.env.NODE_OPTIONS ?? '').split(/\s+/).filter((flag) => flag !== '');
  return [...command.flags, ...inherited];
}

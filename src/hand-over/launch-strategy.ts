/** How a file's test process is to come to be: as a copy of the fork server, or as a Node of its own. */
import { isDeepStrictEqual } from 'node:util';
import type { RunFile } from '../channel/messages';
import { SandboxError } from '../errors/sandbox-error';
import { whyNotFork } from '../launch/fork-fits';
import { ForkServer } from '../launch/fork-server';
import type { SandboxSpec } from '../options/sandbox-spec';
import type { NodeCommand } from './node-command';
import { tellOnce } from './notices';
import { toWarmUp, whyNoWarmUp } from './warm-up-file';

export type LaunchStrategy =
  | { name: 'fork'; server: ForkServer }
  | { name: 'exec'; reason: string };

/** Fork servers that ended by themselves are replaced so often. */
const MOST_STARTS = 3;

interface Kind {
  starts: number;
  current: Promise<LaunchStrategy>;
  /** Ends one that is not warm yet. */
  giveUp: AbortController;
}

/** By what they are warm for. */
const kinds = new Map<string, Kind>();

/** What the variable NS_JEST_LAUNCH may be: what "auto" means then. */
const MEANINGS = ['auto', 'exec'];

/** @throws SandboxError when NS_JEST_LAUNCH has another value. */
export function checkLaunchVariable({ NS_JEST_LAUNCH }: NodeJS.ProcessEnv = process.env): void {
  if (!NS_JEST_LAUNCH || MEANINGS.includes(NS_JEST_LAUNCH)) return;
  throw new SandboxError(
    `The variable NS_JEST_LAUNCH cannot be ${JSON.stringify(NS_JEST_LAUNCH)}`,
    {
      option: 'launch',
      fix: `Set it to "exec", so that each test process is a Node of its own, or to "auto".`,
    },
  );
}

/** What a strategy is chosen for. */
interface ToLaunch {
  spec: SandboxSpec;
  command: NodeCommand;
  file: RunFile;
  launch: 'auto' | 'fork' | 'exec';
  /** The test files of the same project from this one on, as far as they are known. */
  toCome(): string[];
}

/**
 * The strategy for a file. Starts the fork server if that is the first of its kind.
 *
 * @throws SandboxError when it has to be `fork`, and cannot be, or NS_JEST_LAUNCH is wrong.
 */
export async function chooseStrategy(wanted: ToLaunch): Promise<LaunchStrategy> {
  checkLaunchVariable();
  const strategy = await possible(wanted);
  if (wanted.launch === 'fork' && strategy.name === 'exec') {
    throw new SandboxError(`The launch strategy cannot be "fork" here: ${strategy.reason}`, {
      option: 'launch',
      fix: `Take the option away, or set launch: 'auto'.`,
    });
  }
  return strategy;
}

async function possible(wanted: ToLaunch): Promise<LaunchStrategy> {
  const { spec, command, file, launch } = wanted;
  if (launch === 'exec') return { name: 'exec', reason: 'the option "launch" says so' };
  if (launch === 'auto' && process.env.NS_JEST_LAUNCH === 'exec') {
    return { name: 'exec', reason: 'NS_JEST_LAUNCH says so' };
  }
  if (file.debug !== undefined)
    return { name: 'exec', reason: 'a debugger needs a Node of its own' };
  const flags = [...command.flags, ...words(process.env.NODE_OPTIONS)];
  const reason = whyNotFork(spec, command.env, flags) ?? whyNoWarmUp(file);
  if (reason !== undefined) return { name: 'exec', reason: `${reason} needs a Node of its own` };
  return serverFor(wanted);
}

async function serverFor(wanted: ToLaunch): Promise<LaunchStrategy> {
  const { file, command } = wanted;
  const { transform } = file.projectConfig as { transform: unknown };
  const key = JSON.stringify([file.jestRunnerDirectory, transform, command.flags]);
  const kind = kinds.get(key) ?? newKind(wanted);
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
      kind.current = start(wanted, kind.giveUp.signal);
    }
  }
}

function newKind(wanted: ToLaunch): Kind {
  const giveUp = new AbortController();
  return { starts: 1, current: start(wanted, giveUp.signal), giveUp };
}

/** Asks for no more copies of a fork server that hangs, or whose copies do: nor of another like it. */
export function giveUpOn(server: ForkServer): void {
  server.end();
  const reason = 'copies of the fork server hung';
  for (const kind of kinds.values()) {
    void kind.current.then((strategy) => {
      if (strategy.name === 'fork' && strategy.server === server)
        kind.current = Promise.resolve({ name: 'exec', reason });
    });
  }
}

/** Ends all: at the end of a run. Copies live on until their files have ended. */
export function endForkServers(): void {
  for (const { current, giveUp } of kinds.values()) {
    giveUp.abort();
    void current.then((strategy) => {
      if (strategy.name === 'fork') strategy.server.end();
    });
  }
  kinds.clear();
}

async function start(
  { spec, command, file, toCome }: ToLaunch,
  giveUp: AbortSignal,
): Promise<LaunchStrategy> {
  const { cacheDirectory } = file.projectConfig as { cacheDirectory: string };
  try {
    const order = {
      ...toWarmUp(file),
      folder: cacheDirectory,
      // What others find in Jest's cache was made in an environment like theirs.
      toCome: isLikeOutside(command, spec) ? toCome() : [],
    };
    return { name: 'fork', server: await ForkServer.start(order, command.flags, giveUp) };
  } catch (error) {
    const reason = (error as Error).message;
    // A sandbox that cannot be had is told by each file.
    if (giveUp.aborted || error instanceof SandboxError) return { name: 'exec', reason };
    tellOnce([`each file is run by a Node of its own, which takes longer: ${reason}`]);
    return { name: 'exec', reason };
  }
}

/** Whether a test process has Jest's own variables and directory. */
export function isLikeOutside({ env }: NodeCommand, { processes }: SandboxSpec): boolean {
  const ofProcess = { JEST_WORKER_ID: undefined, FORCE_COLOR: undefined };
  return (
    processes.cwd === undefined &&
    isDeepStrictEqual({ ...env, ...ofProcess }, { ...process.env, ...ofProcess })
  );
}

function words(text = ''): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

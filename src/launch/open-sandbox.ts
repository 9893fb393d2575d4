import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { readLines } from '../channel/lines';
import { hintFor } from '../errors/pitfalls';
import { errnoName, SandboxError } from '../errors/sandbox-error';
import { binaryPath, requireBinaries } from '../native/load';
import type { SandboxSpec } from '../options/sandbox-spec';
import { signalName } from '../text/signal-name';
import { type Child, type ChildDescriptor, startChild } from './child-process';
import type { ForkServer } from './fork-server';
import { initArguments } from './init-arguments';
import { type Descriptors, descriptorsBeside } from './init-arguments/descriptors';
import { flag, text } from './init-arguments/words';
import { checkOpen } from './pass-fds';
import { type Exited, type Milestones, parseStatus, stepError, type Used } from './status';

/** How the command in a sandbox ended. */
export interface SandboxEnd {
  /** Set when the sandbox could not be opened, or its PID 1 was killed. */
  error?: SandboxError;
  exitCode: number | null;
  /** Such as "SIGSEGV". */
  signal: string | null;
  exited?: Exited;
  /** Of a sandbox with limits. */
  used?: Used;
  /** Set when it has not ended but stays, stopped: its PID 1 as it is counted here. */
  kept?: number;
  /** Namespaces that were only to be tried, and why they could not be had. */
  missing: { name: string; code: string }[];
  /** What could be had by lesser means only. */
  fallbacks: { wanted: string; instead: string; code: string }[];
}

/** What is known of a sandbox whose command runs. */
export interface Opened extends Pick<SandboxEnd, 'missing' | 'fallbacks'> {
  /** PID 1 as it is counted here. */
  init: number;
  micros: Milestones;
}

/** An open sandbox, from outside. */
export interface Sandbox {
  channel: Socket;
  stdout: Readable;
  stderr: Readable;
  /** Undefined when it could not be opened. Never rejects. */
  opened: Promise<Opened | undefined>;
  /** Resolves when everything inside has ended and all output has been read. Never rejects. */
  ended: Promise<SandboxEnd>;
  /** Kills everything inside. */
  kill(): void;
  /** Sends the command a signal. */
  signal(signal: NodeJS.Signals | number): void;
  /** Of one that may stay: stops everything inside, and leaves it there. `ended` tells if that was so. */
  keep(): void;
  /** Resolves when the command has ended; of one that may stay, what it left waits for `keep` or `kill`. */
  commandEnded: Promise<Pick<SandboxEnd, 'signal'>>;
}

/** An open sandbox whose command has the standard streams of this process. */
export type AttendedSandbox = Pick<Sandbox, 'opened' | 'ended' | 'kill' | 'signal'>;

/** What runs inside, and with what environment. */
export interface Command {
  argv: string[];
  env: NodeJS.ProcessEnv;
  /** A listening socket of the host's, for a debugger. */
  debugFd?: number | undefined;
  /** Without a channel it is nobody's test process. Default: true. */
  hasChannel?: boolean;
  /** The launch strategy `fork`: a copy of this one, instead of `argv`. */
  copyOf?: ForkServer | undefined;
  /** Somebody waits for it at the terminal, if there is one. Default: false. */
  isAttended?: boolean;
  /** Whether `keep` may be asked for. Default: false. */
  mayStay?: boolean;
  /** What the sandbox is for, for `ns-jest ps`. */
  label?: string;
}

/**
 * Opens a sandbox and starts a command in it.
 * Nothing is thrown for a kernel that refuses: `ended` tells, with the step's error.
 *
 * @throws SandboxError when ns-init itself cannot be started.
 */
export function openSandbox(spec: SandboxSpec, command: Command): Sandbox {
  // The test process will need the other: missing, that is better known before there is one.
  requireBinaries();
  const descriptors = descriptorsBeside(spec.processes.passFds);
  const child = startInit(spec, command, descriptors, ['ignore', 'pipe', 'pipe']);
  const stream = (fd: number) => child.streams.get(fd) as Socket;
  const [stdout, stderr, channel] = [stream(1), stream(2), stream(descriptors.channel)];
  channel.on('error', () => {});
  return { channel, stdout, stderr, ...supervise(child, descriptors) };
}

/**
 * The same for a command that somebody attends to: it has the standard streams of this process, and its
 * terminal if the session is kept.
 *
 * @throws SandboxError when ns-init itself cannot be started.
 */
export function openAttended(
  spec: SandboxSpec,
  { argv, env }: Pick<Command, 'argv' | 'env'>,
): AttendedSandbox {
  const descriptors = descriptorsBeside(spec.processes.passFds);
  const command = { argv, env, hasChannel: false, isAttended: true };
  return supervise(startInit(spec, command, descriptors, [0, 1, 2]), descriptors);
}

function supervise(
  child: Child,
  { status, lifeline }: Descriptors,
): Omit<Sandbox, 'channel' | 'stdout' | 'stderr'> {
  const end: SandboxEnd = { exitCode: null, signal: null, missing: [], fallbacks: [] };
  let onKept: () => void;
  const kept = new Promise<void>((resolve) => {
    onKept = resolve;
  });
  const ended = Promise.race([whenEnded(child, end), kept.then(() => whenKept(child, end))]);
  const [statusLines, life] = [status, lifeline].map((fd) => child.streams.get(fd)) as [
    Socket,
    Socket,
  ];
  // Each is one end of a socket pair whose other end may die at any moment: the end of the process
  // tells that better than EPIPE would.
  for (const socket of [statusLines, life]) socket.on('error', () => {});
  let init = 0;
  let onCommandEnded: (end: SandboxEnd) => void;
  const commandEnded = new Promise<SandboxEnd>((resolve) => {
    onCommandEnded = resolve;
  });
  const opened = new Promise<Opened | undefined>((resolve) => {
    readStatus(statusLines, end, {
      onReady: (found) => {
        init = found.init;
        resolve({ ...end, ...found });
      },
      onExited: () => onCommandEnded(end),
      onKept: () => {
        end.kept = init;
        onKept();
      },
    });
    void ended.then(() => resolve(undefined));
  });
  const kill = () => life.destroy();
  const keep = () => life.write(STAY);
  const signal = (what: NodeJS.Signals | number) => child.kill(what);
  return { opened, ended, kill, signal, keep, commandEnded };
}

function startInit(
  spec: SandboxSpec,
  { argv, env, debugFd, hasChannel = true, copyOf, isAttended, mayStay, label }: Command,
  descriptors: Descriptors,
  streams: ChildDescriptor[],
): Child {
  const init = binaryPath('ns-init');
  const { channel, status, lifeline, debug, copy } = descriptors;
  const passFds = [...(hasChannel ? [channel] : []), ...spec.processes.passFds];
  const wanted = [...streams];
  if (!isAttended) wanted[channel] = 'pipe';
  for (const fd of [status, lifeline]) wanted[fd] = 'pipe';
  for (const fd of spec.processes.passFds) {
    checkOpen(fd);
    wanted[fd] = fd;
  }
  if (debugFd !== undefined) {
    passFds.push(debug);
    wanted[debug] = debugFd;
  }
  if (copyOf !== undefined) wanted[copy] = copyOf.requests;
  // Numbers between them that nobody has.
  const all = Array.from(wanted, (what) => what ?? 'ignore');
  try {
    const args = initArguments(spec, argv, descriptors, passFds, copyOf !== undefined);
    const more = [
      ...flag('attended', isAttended ?? false),
      ...flag('may-stay', mayStay ?? false),
      ...text('label', label),
    ];
    return startChild(init, [...more, ...args], env, all);
  } catch (error) {
    throw startError(init, error as NodeJS.ErrnoException);
  }
}

export function startError(init: string, { message, code }: NodeJS.ErrnoException): SandboxError {
  return new SandboxError(`Could not start ${init}: ${message}`, {
    step: 'start ns-init',
    subject: init,
    ...(code === undefined ? {} : { code, ...hintFor('start ns-init', code, init) }),
  });
}

function readStatus(
  status: Socket,
  end: SandboxEnd,
  on: {
    onReady(found: Pick<Opened, 'init' | 'micros'>): void;
    onExited(): void;
    onKept(): void;
  },
): void {
  readLines(status, (text) => {
    const line = parseStatus(text);
    switch (line?.type) {
      case undefined:
        end.error ??= new SandboxError(`ns-init says what is no report: ${text.slice(0, 200)}`);
        break;
      case 'failed':
        end.error ??= stepError(line);
        break;
      case 'missing':
        end.missing.push({ name: line.namespace, code: errnoName(line.errno) });
        break;
      case 'fallback':
        end.fallbacks.push({ ...line, code: errnoName(line.errno) });
        break;
      case 'exited':
        end.exited = line;
        end.exitCode = line.code;
        end.signal = line.signal === null ? null : signalName(line.signal);
        on.onExited();
        break;
      case 'used':
        end.used = line;
        break;
      case 'init-killed':
        end.error ??= new SandboxError(
          `PID 1 of the sandbox was killed by ${signalName(line.signal)}`,
          { code: signalName(line.signal) },
        );
        break;
      case 'ready':
        on.onReady(line);
        break;
      case 'kept':
        on.onKept();
        break;
    }
  });
}

/** The supervisor and PID 1 read one each. */
const STAY = 'kk';

async function whenKept(child: Child, end: SandboxEnd): Promise<SandboxEnd> {
  await child.leave();
  return end;
}

async function whenEnded(child: Child, end: SandboxEnd): Promise<SandboxEnd> {
  const { code, signal } = await child.ended;
  if (end.exited === undefined && end.error === undefined) {
    end.error = new SandboxError(
      `ns-init ended unexpectedly (${signal ?? `exit code ${code}`}) and took the sandbox with it`,
    );
  }
  return end;
}

import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { readLines } from '../channel/lines';
import { errnoName, SandboxError } from '../errors/sandbox-error';
import { binaryPath, requireBinaries } from '../native/load';
import type { SandboxSpec } from '../options/sandbox-spec';
import { signalName } from '../text/signal-name';
import { type Child, type ChildDescriptor, startChild } from './child-process';
import type { ForkServer } from './fork-server';
import { initArguments } from './init-arguments';
import { type Descriptors, descriptorsBeside } from './init-arguments/descriptors';
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
  signal(name: NodeJS.Signals): void;
}

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
  const init = binaryPath('ns-init');
  const descriptors = descriptorsBeside(spec.processes.passFds);
  const child = startInit(init, spec, command, descriptors);
  const end: SandboxEnd = { exitCode: null, signal: null, missing: [], fallbacks: [] };
  const ended = whenEnded(child, end);
  const stream = (fd: number) => child.streams.get(fd) as Socket;
  const [stdout, stderr] = [stream(1), stream(2)];
  const channel = stream(descriptors.channel);
  const status = stream(descriptors.status);
  const lifeline = stream(descriptors.lifeline);
  // Each is one end of a socket pair whose other end may die at any moment: the end of the process
  // tells that better than EPIPE would.
  for (const socket of [channel, status, lifeline]) socket.on('error', () => {});
  const opened = new Promise<Opened | undefined>((resolve) => {
    readStatus(status, end, (init, micros) => resolve({ ...end, init, micros }));
    void ended.then(() => resolve(undefined));
  });
  const kill = () => lifeline.destroy();
  const signal = (name: NodeJS.Signals) => child.kill(name);
  return { channel, stdout, stderr, opened, ended, kill, signal };
}

function startInit(
  init: string,
  spec: SandboxSpec,
  { argv, env, debugFd, hasChannel = true, copyOf }: Command,
  descriptors: Descriptors,
): Child {
  const { channel, status, lifeline, debug, copy } = descriptors;
  const passFds = [...(hasChannel ? [channel] : []), ...spec.processes.passFds];
  const wanted: ChildDescriptor[] = ['ignore', 'pipe', 'pipe'];
  for (const fd of [channel, status, lifeline]) wanted[fd] = 'pipe';
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
    return startChild(init, args, env, all);
  } catch (error) {
    throw startError(init, error as NodeJS.ErrnoException);
  }
}

export function startError(init: string, { message, code }: NodeJS.ErrnoException): SandboxError {
  const fixes: Record<string, string> = {
    EACCES: `Make it executable: chmod +x ${init}`,
    ENOENT: 'Reinstall ns-jest, or in a clone of it: npm run build:addon',
    EMFILE: 'Raise the limit of open files: ulimit -n',
    E2BIG: 'The environment and the paths to keep are too large together: shorten the environment.',
  };
  const fix = fixes[code ?? ''];
  return new SandboxError(`Could not start ${init}: ${message}`, {
    step: 'start ns-init',
    subject: init,
    ...(code === undefined ? {} : { code }),
    ...(fix === undefined ? {} : { fix }),
  });
}

function readStatus(
  status: Socket,
  end: SandboxEnd,
  onReady: (init: number, micros: Milestones) => void,
): void {
  readLines(status, (text) => {
    const line = parseStatus(text);
    switch (line.type) {
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
        onReady(line.init, line.micros);
        break;
    }
  });
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

import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import os from 'node:os';
import type { Readable } from 'node:stream';
import { readJsonLines } from '../channel/json-lines';
import { SandboxError } from '../errors/sandbox-error';
import { binaryPath } from '../native/load';
import type { SandboxSpec } from '../options/sandbox-spec';
import { initArguments } from './init-arguments';
import { type Exited, type StatusLine, stepError } from './status';

/** How the command in a sandbox ended. */
export interface SandboxEnd {
  /** Set when the sandbox could not be opened, or its PID 1 was killed. */
  error?: SandboxError;
  exitCode: number | null;
  /** Such as "SIGSEGV". */
  signal: string | null;
  exited?: Exited;
}

/** An open sandbox, from outside. */
export interface Sandbox {
  channel: Socket;
  stdout: Readable;
  stderr: Readable;
  /** Resolves when everything inside has ended and all output has been read. Never rejects. */
  ended: Promise<SandboxEnd>;
  /** Kills everything inside. */
  kill(): void;
}

/** What runs inside, and with what environment. */
export interface Command {
  argv: string[];
  env: NodeJS.ProcessEnv;
}

/**
 * Opens a sandbox and starts a command in it: the launch strategy `exec`.
 * Nothing is thrown for a kernel that refuses: `ended` tells, with the step's error.
 *
 * @throws SandboxError when ns-init itself cannot be started.
 */
export function openSandbox(spec: SandboxSpec, { argv, env }: Command): Sandbox {
  const init = binaryPath('ns-init');
  const child = spawn(init, initArguments(spec, argv), {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [, stdout, stderr, channel, status, lifeline] = child.stdio as unknown as [
    null,
    ...Socket[],
  ] as [null, Socket, Socket, Socket, Socket, Socket];
  // Each is one end of a socket pair whose other end may die at any moment: the end of the process
  // tells that better than EPIPE would.
  for (const socket of [channel, status, lifeline]) socket.on('error', () => {});
  return {
    channel,
    stdout,
    stderr,
    ended: whenEnded(child, init, status),
    kill: () => lifeline.destroy(),
  };
}

function whenEnded(child: ChildProcess, init: string, status: Socket): Promise<SandboxEnd> {
  const end: SandboxEnd = { exitCode: null, signal: null };
  readJsonLines<StatusLine>(status, (line) => {
    switch (line.type) {
      case 'failed':
        end.error ??= stepError(line);
        break;
      case 'exited':
        end.exited = line;
        end.exitCode = line.code;
        end.signal = line.signal === null ? null : signalName(line.signal);
        break;
      case 'init-killed':
        end.error ??= new SandboxError(
          `PID 1 of the sandbox was killed by ${signalName(line.signal)} from outside`,
        );
        break;
      case 'missing':
      case 'ready':
        break;
    }
  });
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      end.error ??= new SandboxError(`Could not start ${init}: ${error.message}`, {
        step: 'start ns-init',
        subject: init,
        code: error.code ?? '',
        fix:
          error.code === 'EACCES'
            ? `Make it executable: chmod +x ${init}`
            : 'Build it with: npm run build:addon',
      });
      resolve(end);
    });
    // 'close' comes after the last byte of every stream, 'exit' may come before.
    child.once('close', (code, signal) => {
      if (end.exited === undefined && end.error === undefined) {
        end.error = new SandboxError(
          `ns-init ended unexpectedly (${signal ?? `exit code ${code}`}) and took the sandbox with it`,
        );
      }
      resolve(end);
    });
  });
}

function signalName(signal: number): string {
  const found = Object.entries(os.constants.signals).find(([, number]) => number === signal);
  return found?.[0] ?? `signal ${signal}`;
}

/** Whether copies of this process live: real ones do what tests do, before the first file depends on it. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { binaryPath, callNative } from '../native/load';
import { signalName } from '../text/signal-name';

/** What a copy does, and with what code it then ends: a wait status of any other kind is a failure. */
interface Check {
  what: string;
  run(): unknown;
}

const PASSED = 42;
const LIMIT_MS = 10_000;
/** A failure may have been the machine's that day. */
const FAILURE_LASTS_MS = 24 * 60 * 60 * 1000;

const CHECKS: Check[] = [
  {
    what: 'work of all kinds, and process.exit',
    async run() {
      await readFile('/proc/self/stat');
      runChild();
      allocate();
      await runWorker();
      await compileWebAssembly();
      process.exit(PASSED);
    },
  },
  {
    what: 'an uncaught error',
    run() {
      process.once('uncaughtException', () => process.exit(PASSED));
      setImmediate(() => {
        throw new Error('of the self-check');
      });
    },
  },
];

/** TypeScript knows it by the types of browsers only. */
async function compileWebAssembly(): Promise<void> {
  const { WebAssembly } = globalThis as unknown as {
    WebAssembly: { compile(bytes: Uint8Array): Promise<object> };
  };
  await WebAssembly.compile(EMPTY_MODULE);
}

/** "\0asm", version 1. https://webassembly.github.io/spec/core/binary/modules.html */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

export interface SelfCheck {
  /** Waits for it: why there are to be no copies of this process, or undefined. */
  end(): string | undefined;
}

/**
 * Begins it: its copies run beside what follows. An answer is kept in `folder`, for this Node, package and
 * kernel.
 */
export async function beginSelfCheck(folder: string): Promise<SelfCheck> {
  const file = path.join(folder, `ns-jest-self-check-${fingerprint()}`);
  const kept = readKept(file);
  if (kept !== undefined) return { end: () => kept || undefined };
  const copies: { what: string; pid: number }[] = [];
  for (const { what, run } of CHECKS) {
    const pid = callNative('copyOnHost', []);
    if (pid === undefined) {
      void Promise.resolve(run()).catch(() => process.exit(1));
      // What follows is the fork server's program, and not a copy's.
      await new Promise(() => {});
    } else copies.push({ what, pid });
  }
  const end = () => {
    const failures = copies.map(({ what, pid }) => {
      const status = callNative('copyEnd', [pid, LIMIT_MS]);
      return status === PASSED << 8
        ? undefined
        : `a copy failed the self-check (${what}): ${endOf(status)}`;
    });
    const failure = failures.find((each) => each !== undefined);
    writeFileSync(file, failure ?? '');
    return failure;
  };
  return { end };
}

/** A wait status in words; null where it had to be killed. wait(2) */
function endOf(status: number | null): string {
  if (status === null) return `it did not end within ${LIMIT_MS} ms`;
  const signal = status & 0x7f;
  return signal ? `it was killed by ${signalName(signal)}` : `it exited with code ${status >> 8}`;
}

function runChild(): void {
  const { stdout } = spawnSync('/proc/self/exe', ['--version'], { encoding: 'utf8' });
  if (stdout.trim() !== process.version) throw new Error('a child process did not run');
}

/** To its own end, at which it waits for what garbage collections have left to be done. */
async function runWorker(): Promise<void> {
  const worker = new Worker('require("node:worker_threads").parentPort.postMessage(1)', {
    eval: true,
  });
  await new Promise((resolve, reject) => {
    worker.once('exit', resolve);
    worker.once('error', reject);
  });
}

/** More than the young generation holds, of which some stays: garbage collections of both kinds. */
function allocate(): void {
  const kept: object[] = [];
  for (let count = 0; count < 300_000; count += 1) {
    const item = { count, text: `${count}` };
    if (count % 3 === 0) kept.push(item);
  }
  if (kept.length !== 100_000) throw new Error('objects are missing');
}

function readKept(file: string): string | undefined {
  try {
    const failure = readFileSync(file, 'utf8');
    const isOld = Date.now() - statSync(file).mtimeMs > FAILURE_LASTS_MS;
    return failure !== '' && isOld ? undefined : failure;
  } catch {
    // It has not been made yet.
    return undefined;
  }
}

function fingerprint(): string {
  const binaries = [process.execPath, binaryPath('ns_jest.node')].map((file) => {
    const { size, mtimeMs } = statSync(file);
    return [file, size, mtimeMs];
  });
  const facts = [binaries, os.release(), process.execArgv, process.env.LD_PRELOAD];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

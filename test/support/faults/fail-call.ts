/** Runs of ns-init in which one system call of one of its processes fails. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Architecture, systemCalls } from '../../../src/options/processes/system-calls';
import { type Started, start } from '../ns-init';

const NUMBERS = systemCalls(process.arch as Architecture);
const NAMES = new Map([...NUMBERS].map(([name, number]) => [number, name]));

const LONGEST_MS = 20_000;

/** One call, as fail-call.c lists it. */
export interface Call {
  /** "0" is the supervisor, "0.0" its first child, and so on. */
  process: string;
  name: string;
  /** Which of that name in its process, from 1. */
  nth: number;
  /** Negative: an errno. Undefined: it did not return. */
  result: number | undefined;
  /** The first, or the request of ioctl and fcntl. */
  argument: number;
  /** The path, or what is written. */
  text: string;
}

export type Errno = keyof typeof os.constants.errno;

/** A failure of that call: the errno that it returns. */
export interface Fault extends Pick<Call, 'process' | 'name' | 'nth'> {
  errno: Errno;
}

export interface Traced extends Started {
  calls: Call[];
}

/** The tracer, built into a folder; undefined where there is no C compiler. */
export function buildTracer(folder: string): string | undefined {
  const built = path.join(folder, 'fail-call');
  const source = path.join(__dirname, 'fail-call.c');
  const { status, error } = spawnSync('cc', ['-O1', '-Wall', '-Wextra', '-o', built, source], {
    stdio: 'inherit',
  });
  if (error !== undefined) return undefined;
  if (status !== 0) throw new Error(`${source} does not compile`);
  return built;
}

/**
 * Runs ns-init, with a fault or without. What does not end in that time is killed: code null.
 *
 * @param host What makes the host that it runs on, as a command that takes another.
 */
export async function runTraced(
  tracer: string,
  args: string[],
  command: string[],
  fault?: Fault,
  host: string[] = [],
): Promise<Traced> {
  const list = `${tracer}.list`;
  const words = fault === undefined ? [] : wordsOf(fault);
  const started = start(args, command, [...host, tracer, list, ...words, '--']);
  const killed = setTimeout(() => started.child.kill('SIGKILL'), LONGEST_MS);
  const ended = await started.ended;
  clearTimeout(killed);
  return { ...ended, calls: readCalls(list) };
}

/** What the tracer has listed. */
export function readCalls(list: string): Call[] {
  return readFileSync(list, 'utf8').split('\n').filter(Boolean).map(parseCall);
}

/** A fault as the tracer's arguments. */
export function wordsOf({ process, name, nth, errno }: Fault): string[] {
  return [process, ...[NUMBERS.get(name), nth, os.constants.errno[errno]].map(String)];
}

function parseCall(line: string): Call {
  const [process, number, nth, result, argument, ...text] = line.split(' ');
  return {
    process: process as string,
    name: NAMES.get(Number(number)) ?? `system call ${number}`,
    nth: Number(nth),
    result: result === '-' ? undefined : Number(result),
    argument: Number.parseInt(argument as string, 16),
    text: text.join(' '),
  };
}

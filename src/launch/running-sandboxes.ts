/**
 * Sandboxes that are alive, as /proc shows them. Nothing is written down of them, so nothing is wrong after
 * a crash.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Process, processes } from '../helpers/processes';
import { valuesOf } from './init-arguments/words';
import { isOwn } from './is-own';
import { startedAt } from './started-at';

export interface RunningSandbox {
  /** Its PID 1, or what stands in for one, as it is counted here. */
  id: number;
  /** The ns-init outside that opened it. */
  supervisor: number;
  /** The options of ns-init that it was opened with. */
  words: string[];
  command: string[];
  /** Of a test file's. */
  testPath?: string;
  since: Date;
  /** Stopped, and alive by itself. */
  isKept: boolean;
  /** How many processes came of it, its PID 1 included. */
  processes: number;
  /** Whose it is. */
  uid: number;
}

/** What the kernel calls our supervisor, and one whose sandbox is kept. */
const NAME = 'ns-init';
const NAME_OF_KEPT = 'ns-init kept';

/** The sandboxes of this user, or, for root, of all; the oldest first. */
export function runningSandboxes(): RunningSandbox[] {
  const all = processes.list();
  return all
    .filter(({ name }) => name === NAME || name === NAME_OF_KEPT)
    .filter(({ pid }) => isOwn(`/proc/${pid}`))
    .flatMap((supervisor) => describe(supervisor, all) ?? [])
    .sort((one, other) => one.since.getTime() - other.since.getTime() || one.id - other.id);
}

function describe(supervisor: Process, all: Process[]): RunningSandbox | undefined {
  try {
    const { pid, ppid } = supervisor;
    const text = commandLine(pid);
    const words = text.slice(0, -1).split('\0');
    const border = words.indexOf('--');
    const options = words.slice(1, border);
    const has = (name: string) => valuesOf(name, options).length > 0;
    // A command that entered a sandbox has none of its own; and until PID 1 is set up, it looks like us.
    if (border === -1 || !has('lifeline-fd') || has('enter')) return undefined;
    if (text === (all.some((each) => each.pid === ppid) ? commandLine(ppid) : '')) return undefined;
    // The first of its children: helpers of the network come later.
    const [init] = all
      .filter((each) => each.ppid === pid)
      .sort((one, other) => startedAt(one.pid) - startedAt(other.pid) || one.pid - other.pid);
    if (init === undefined) return undefined;
    const [label] = valuesOf('label', options);
    return {
      id: init.pid,
      supervisor: pid,
      words: options,
      command: words.slice(border + 1),
      ...(label !== undefined && { testPath: label }),
      since: timeOf(startedAt(pid)),
      isKept: supervisor.name === NAME_OF_KEPT,
      processes: countFrom(init.pid, all),
      uid: statSync(`/proc/${pid}`).uid,
    };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
}

function countFrom(pid: number, all: Process[]): number {
  const children = all.filter(({ ppid }) => ppid === pid);
  return children.reduce((sum, child) => sum + countFrom(child.pid, all), 1);
}

/** Ticks in a second, on every architecture: USER_HZ. time(7) */
const TICKS = 100;

/** The time of day that so many ticks after boot was. proc_stat(5), btime */
function timeOf(ticks: number): Date {
  const booted = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]);
  return new Date((booted + ticks / TICKS) * 1000);
}

/** What it is for, in short: its test file, or its command. */
export function purposeOf({ testPath, command }: RunningSandbox): string {
  if (testPath === undefined) return command.join(' ');
  const relative = path.relative(process.cwd(), testPath);
  return relative.startsWith('..') ? testPath : relative;
}

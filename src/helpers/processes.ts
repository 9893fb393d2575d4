import { checkPid } from './check';
import { readDirectory, readText, unless } from './kernel-files';
import { parseStat } from './parse-stat';

/** One process of this PID namespace, by the ids it has here. */
export interface Process {
  pid: number;
  /** 0 for init, and for a process whose parent is outside of this PID namespace. */
  ppid: number;
  /** The command line, joined by spaces; `[name]` where there is none: a kernel thread or a zombie. */
  command: string;
  /** The name that the kernel keeps, at most 15 bytes: comm in proc_pid_comm(5). */
  name: string;
  /** R running, S sleeping, D in uninterruptible sleep, Z zombie, T stopped; others in proc_pid_stat(5). */
  state: string;
  threads: number;
}

// A process may end between being listed and being read; which of the two depends on how far it was.
const GONE = ['ENOENT', 'ESRCH'];

function read(pid: number): Process | undefined {
  return unless(GONE, () => {
    const { name, ppid, state, threads } = parseStat(readText(`/proc/${pid}/stat`));
    // Arguments end in NUL; a process that rewrote its title pads with more of them.
    const command = readText(`/proc/${pid}/cmdline`)
      .replace(/\0+$/, '')
      .replaceAll('\0', ' ')
      .trim();
    return { pid, ppid, command: command || `[${name}]`, name, state, threads };
  });
}

/**
 * All processes of this PID namespace that can be seen in /proc, in the order of their ids.
 *
 * @throws SystemError if /proc cannot be read.
 * @see proc_pid_stat(5), proc_pid_cmdline(5)
 */
function list(): Process[] {
  return readDirectory('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
    .map(read)
    .filter((found) => found !== undefined);
}

/**
 * The process of this id, or undefined if there is none.
 *
 * @see proc_pid_stat(5), proc_pid_cmdline(5)
 */
function get(pid: number): Process | undefined {
  return read(checkPid(pid));
}

export const processes = { list, get };

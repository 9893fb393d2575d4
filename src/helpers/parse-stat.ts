/** What `processes` needs of /proc/PID/stat. */
export interface ProcessStat {
  pid: number;
  /** The command's file name, cut to 15 bytes by the kernel. */
  name: string;
  state: string;
  ppid: number;
  threads: number;
}

// Their numbers in proc_pid_stat(5), less the three that come before: pid, comm and the offset of 1.
const STATE = 3 - 3;
const PPID = 4 - 3;
const NUM_THREADS = 20 - 3;

/**
 * Parses /proc/PID/stat. The name stands in parentheses and may itself hold spaces, newlines and
 * parentheses, so it ends at the last one: nothing after it can hold any. proc_pid_stat(5)
 */
export function parseStat(text: string): ProcessStat {
  const nameStart = text.indexOf('(');
  const nameEnd = text.lastIndexOf(')');
  const fields = text.slice(nameEnd + 2).split(' ');
  return {
    pid: Number(text.slice(0, nameStart)),
    name: text.slice(nameStart + 1, nameEnd),
    state: fields[STATE] ?? '',
    ppid: Number(fields[PPID]),
    threads: Number(fields[NUM_THREADS]),
  };
}

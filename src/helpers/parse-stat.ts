/** What `processes` needs of /proc/PID/stat. */
export interface ProcessStat {
  pid: number;
  /** The command's file name, cut to 15 bytes by the kernel. */
  name: string;
  state: string;
  ppid: number;
  threads: number;
}

/** pid, name, state, ppid; and num_threads, the 20th of at least as many. */
const STAT = /^(\d{1,10}) \((.*)\) (\S) (\d{1,10})(?: -?\d+){15} (\d{1,10})(?=\s|$)/s;

/**
 * Parses /proc/PID/stat. The name stands in parentheses and may itself hold spaces, newlines and
 * parentheses, so it ends at the last one: nothing after it can hold any. proc_pid_stat(5)
 *
 * @throws Error for what the kernel does not write.
 */
export function parseStat(text: string): ProcessStat {
  const found = STAT.exec(text);
  if (found === null) throw new Error(`Not a line of /proc/PID/stat: ${JSON.stringify(text)}`);
  const [, pid, name, state, ppid, threads] = found as unknown as [string, ...string[]];
  return {
    pid: Number(pid),
    name: name as string,
    state: state as string,
    ppid: Number(ppid),
    threads: Number(threads),
  };
}

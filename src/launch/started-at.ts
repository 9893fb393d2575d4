import { readFileSync } from 'node:fs';

/**
 * When a process started, in ticks since boot: field 22, behind a name that may hold anything.
 * proc_pid_stat(5)
 *
 * @throws Error when there is no such process.
 */
export function startedAt(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[22 - 3]);
}

/** The memory of a whole process tree, as PSS: a page that n processes share counts as 1/n in each. */
import { readdirSync, readFileSync } from 'node:fs';

const INTERVAL_MS = 50;

/**
 * Samples the descendants of a process until the function returned is called, which says the peak in MB.
 * Reading holds the processes up, so time is not to be measured beside.
 */
export function watchMemory(root) {
  let peak = 0;
  const timer = setInterval(() => {
    const kilobytes = descendants(root).reduce((sum, pid) => sum + pssOf(pid), 0);
    peak = Math.max(peak, kilobytes / 1024);
  }, INTERVAL_MS);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

function descendants(root) {
  const children = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = parentOf(pid);
    children.set(parent, [...(children.get(parent) ?? []), Number(pid)]);
  }
  const found = [...(children.get(root) ?? [])];
  // The list grows while it is walked.
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** The fourth field of proc_pid_stat(5); the second, a name in brackets, may hold anything. */
function parentOf(pid) {
  const stat = readOfLiving(`/proc/${pid}/stat`) ?? '';
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** In kB. */
function pssOf(pid) {
  const rollup = readOfLiving(`/proc/${pid}/smaps_rollup`) ?? '';
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
}

/** Undefined if the process has ended meanwhile. What may not be read is an error, not nothing. */
function readOfLiving(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
    throw error;
  }
}

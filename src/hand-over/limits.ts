/** What a file's limits did to it, in words. */
import type { SandboxEnd } from '../launch/open-sandbox';
import type { CheckedCgroup } from '../options/limits/options';

/** Why the kernel killed the test process, or PID 1 above it, if it was for want of memory. */
export function outOfMemory(
  { signal, error, used }: SandboxEnd,
  cgroup: CheckedCgroup | undefined,
): string | undefined {
  const isKilled = (signal ?? error?.facts.code) === 'SIGKILL';
  if (!isKilled || !used?.oomKills || cgroup?.memoryMax === undefined) return undefined;
  return `out of memory (${memoryText(cgroup.memoryMax, used.memoryPeak)})`;
}

/** What happened at the limits, and, if that is asked for, what was used. One sentence each. */
export function limitSentences(
  { used, signal }: SandboxEnd,
  cgroup: CheckedCgroup | undefined,
): string[] {
  if (used === undefined || cgroup === undefined) return [];
  const { memoryMax, pidsMax } = cgroup;
  const kills = (used.oomKills ?? 0) - (signal === 'SIGKILL' ? 1 : 0);
  return [
    ...(kills > 0 && memoryMax !== undefined
      ? [
          `${count(kills, 'process was', 'processes were')} killed, out of memory (${memoryText(memoryMax, used.memoryPeak)})`,
        ]
      : []),
    ...(used.pidsRefused && pidsMax !== undefined
      ? [
          `${count(used.pidsRefused, 'process or thread was', 'processes or threads were')} refused: pidsMax ${pidsMax}`,
        ]
      : []),
    ...(cgroup.report ? [usedText(used, cgroup)] : []),
  ];
}

function usedText(
  { memoryPeak, pidsPeak, cpuThrottled }: NonNullable<SandboxEnd['used']>,
  { memoryMax, pidsMax }: CheckedCgroup,
): string {
  const of = (limit: string | number | undefined) => (limit === undefined ? '' : ` of ${limit}`);
  const parts = [
    ...(memoryPeak === undefined
      ? []
      : [`memory ${sizeText(memoryPeak)}${of(memoryMax && sizeText(memoryMax))}`]),
    ...(pidsPeak === undefined ? [] : [`processes and threads ${pidsPeak}${of(pidsMax)}`]),
    ...(cpuThrottled === undefined ? [] : [`throttled ${count(cpuThrottled, 'time', 'times')}`]),
  ];
  return `used at most: ${parts.join(', ')}`;
}

function memoryText(memoryMax: number, peak: number | undefined): string {
  return `memoryMax ${sizeText(memoryMax)}${peak === undefined ? '' : `, peak ${sizeText(peak)}`}`;
}

function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  return `${Number(size.toFixed(1))} ${units[unit]}`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

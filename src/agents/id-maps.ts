import type { IdMapping } from '../options/ids/id-maps';

/** Text is a map as the kernel reads it, right or wrong. */
export function mapText(map: readonly IdMapping[] | string): string {
  if (typeof map === 'string') return map;
  return map.map(({ inside, outside, count }) => `${inside} ${outside} ${count}\n`).join('');
}

/** Parses /proc/PID/uid_map. */
export function parseIdMap(text: string): IdMapping[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([inside = 0, outside = 0, count = 0]) => ({ inside, outside, count }));
}

/** Each id onto itself: what is the inside here is the outside of a nested namespace. */
export function identityMap(map: readonly IdMapping[]): IdMapping[] {
  return map.map(({ inside, count }) => ({ inside, outside: inside, count }));
}

import type { IdMapping } from '../options/ids/id-maps';

/** Text is a map as the kernel reads it, right or wrong. */
export function mapText(map: readonly IdMapping[] | string): string {
  if (typeof map === 'string') return map;
  return map.map(({ inside, outside, count }) => `${inside} ${outside} ${count}\n`).join('');
}

/** Each id onto itself: what is the inside here is the outside of a nested namespace. */
export function identityMap(map: readonly IdMapping[]): IdMapping[] {
  return map.map(({ inside, count }) => ({ inside, outside: inside, count }));
}

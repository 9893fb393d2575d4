import { SandboxError } from '../../errors/sandbox-error';
import { checkArray, checkObject, unknownOption, wrongOption } from '../check';

/** user_namespaces(7): a run of ids inside that stands for a run of ids outside. */
export interface IdMapping {
  inside: number;
  outside: number;
  count: number;
}

/** 4294967295 is (uid_t) -1, which setuid(2) and its kin read as "no change": nobody's id. */
export const MAX_ID = 2 ** 32 - 2;

/** user_namespaces(7), "Defining user and group ID mappings". */
const MAX_LINES = 340;
/** A map is written in one write(2), which has to be shorter than a page. */
const PAGE_BYTES = 4096;

const KEYS = ['inside', 'outside', 'count'] as const;

export function checkId(option: string, value: unknown): number {
  if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > MAX_ID) {
    throw wrongOption(option, `an id from 0 to ${MAX_ID}`, value);
  }
  return value as number;
}

/** What the kernel would answer with a bare EINVAL is told by name here. */
export function checkIdMap(option: string, value: unknown): IdMapping[] {
  const map = checkArray(option, value).map((line, index) => readLine(`${option}[${index}]`, line));
  if (map.length === 0 || map.length > MAX_LINES) {
    throw wrong(option, `a list of 1 to ${MAX_LINES} ranges, got ${map.length}`);
  }
  for (const side of ['inside', 'outside'] as const) refuseOverlaps(option, map, side);
  if (mapText(map).length >= PAGE_BYTES) {
    throw wrong(option, `shorter than ${PAGE_BYTES} bytes as the kernel reads it: fewer ranges`);
  }
  return map;
}

function readLine(option: string, value: unknown): IdMapping {
  const given = checkObject(option, value);
  for (const key of Object.keys(given)) {
    if (!(KEYS as readonly string[]).includes(key)) throw unknownOption(key, KEYS, `${option}.`);
  }
  const line = {
    inside: checkId(`${option}.inside`, given.inside),
    outside: checkId(`${option}.outside`, given.outside),
    count: given.count === 0 ? 0 : checkId(`${option}.count`, given.count ?? 1),
  };
  if (line.count === 0) throw wrong(`${option}.count`, 'at least 1, got 0');
  for (const side of ['inside', 'outside'] as const) {
    if (lastOf(line, side) > MAX_ID) {
      throw wrong(
        option,
        `within the ids, which end at ${MAX_ID}: its "${side}" ends at ${lastOf(line, side)}`,
      );
    }
  }
  return line;
}

function refuseOverlaps(option: string, map: IdMapping[], side: 'inside' | 'outside'): void {
  const sorted = map
    .map((line, index) => ({ line, index }))
    .sort((a, b) => a.line[side] - b.line[side]);
  for (const [at, { line, index }] of sorted.entries()) {
    const next = sorted[at + 1];
    if (next !== undefined && next.line[side] <= lastOf(line, side)) {
      const [first, second] = [index, next.index].sort((a, b) => a - b);
      throw new SandboxError(
        `"${option}[${first}]" and "${option}[${second}]" overlap: both have the id ${next.line[side]} ${side}`,
        { option, subject: `${next.line[side]}` },
      );
    }
  }
}

function lastOf(line: IdMapping, side: 'inside' | 'outside'): number {
  return line[side] + line.count - 1;
}

function mapText(map: IdMapping[]): string {
  return map.map(({ inside, outside, count }) => `${inside} ${outside} ${count}\n`).join('');
}

/** What an id inside is outside, or undefined where the map has none. */
export function toOutside(map: IdMapping[], id: number): number | undefined {
  const line = map.find(({ inside, count }) => id >= inside && id < inside + count);
  return line && line.outside + (id - line.inside);
}

/** What an id outside is inside, or undefined where the map has none. */
export function toInside(map: IdMapping[], id: number): number | undefined {
  const line = map.find(({ outside, count }) => id >= outside && id < outside + count);
  return line && line.inside + (id - line.outside);
}

function wrong(option: string, expected: string): SandboxError {
  return new SandboxError(`Expected the option "${option}" to be ${expected}`, { option });
}

/** Inputs that nobody would make, from real ones by small changes; the same again for the same seed. */
import { Random } from './random-options/random';

/** Set to try others, or the one that a failure has printed. */
const SEED = Number(process.env.NS_JEST_FUZZ_SEED ?? 6);
export const INPUTS = Number(process.env.NS_JEST_FUZZ_INPUTS ?? 100_000);
/** Nothing that a parser is given here is worth more. */
const LONGEST_MS = 1000;

export interface Fuzzed<Input> {
  inputs: readonly Input[];
  mutate(random: Random, input: Input): Input;
  /** Returns what is wrong with the answer: "" if nothing. May throw. */
  ask(input: Input): string;
  /** Whether what was thrown is the module's own, clear error. */
  isOwnError(error: unknown): boolean;
  show?(input: Input): string;
}

/** Enough to see whether they are one. */
const MOST_FINDINGS = 5;

/** What was wrong: with the number of the input, its text, and the seed; undefined if nothing. */
export function fuzz<Input>({
  inputs,
  mutate,
  ask,
  isOwnError,
  show = JSON.stringify,
}: Fuzzed<Input>): string | undefined {
  const found = new Map<string, string>();
  for (let number = 0; number < INPUTS && found.size < MOST_FINDINGS; number++) {
    const random = new Random(SEED * 1_000_003 + number);
    let input = random.pick(inputs);
    for (let changes = random.integer(1, 4); changes > 0; changes--) input = mutate(random, input);
    const start = performance.now();
    let wrong: string;
    try {
      wrong = ask(input);
    } catch (error) {
      wrong = isOwnError(error) ? '' : `it throws ${(error as Error)?.stack ?? error}`;
    }
    const took = performance.now() - start;
    if (wrong === '' && took > LONGEST_MS) wrong = `it takes ${Math.round(took)} ms`;
    const [kind] = wrong.split('\n') as [string];
    if (kind === '' || found.has(kind)) continue;
    found.set(kind, `seed ${SEED}, input ${number}: ${wrong}\n${show(input)?.slice(0, 2000)}`);
  }
  return found.size === 0 ? undefined : [...found.values()].join('\n\n');
}

const ODD_TEXTS = [
  '',
  ' ',
  '\n',
  '\0',
  '-',
  '-1',
  '(',
  ')',
  ':',
  '/',
  '\\',
  '\\040',
  ',',
  '=',
  '\u{1f600}',
];
const ODD_NUMBERS = ['0', '00', '4294967296', '18446744073709551616', '1e9', 'NaN', '0x10', '٣'];

/** A text with something taken out, doubled, replaced or put in. */
export function mutateText(random: Random, text: string): string {
  const at = random.integer(0, text.length);
  const size = random.integer(0, Math.min(20, text.length - at));
  const part = text.slice(at, at + size);
  const instead = random.pick([
    () => '',
    () => part + part,
    () => random.pick(ODD_TEXTS),
    () => random.pick(ODD_NUMBERS),
    () => String.fromCharCode(random.integer(0, 0x2ff)),
    () => part.split('').reverse().join(''),
    () => part.repeat(random.integer(2, 50)),
  ])();
  return text.slice(0, at) + instead + text.slice(at + size);
}

/** The same of bytes; lengths and flags are what small numbers in the wrong place make of them. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  const at = random.integer(0, bytes.length);
  const size = random.integer(0, Math.min(16, bytes.length - at));
  const [before, part, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, at + size),
    bytes.subarray(at + size),
  ];
  return random.pick([
    () => Buffer.concat([before, after]),
    () => Buffer.concat([before, part, part, after]),
    () => before,
    () => Buffer.concat([before, Buffer.from([random.integer(0, 255)]), after]),
    () => {
      const changed = Buffer.from(bytes);
      if (at < changed.length)
        changed[at] = random.pick([0, 1, 2, 3, 4, 0x7f, 0x80, 0xff, random.integer(0, 255)]);
      return changed;
    },
  ])();
}

/** What stands in a place where something else was meant. */
const ODD_VALUES: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  10n,
  '',
  'text',
  '/',
  '../..',
  '\0',
  'x'.repeat(5000),
  [],
  [[]],
  [null],
  {},
  { type: 'unknown' },
  { toString: null },
  { length: -1 },
  Object.create(null),
  new Map([[1, 2]]),
  new Date(0),
  /x/,
  () => {},
  Symbol('odd'),
];

/** A copy in which one place holds another value, has another name, or is missing. */
export function mutateValue(random: Random, value: unknown): unknown {
  if (typeof value === 'string' && random.chance(0.5)) return mutateText(random, value);
  if (typeof value === 'number' && random.chance(0.5)) {
    return random.pick([-value, value + 0.5, value * 2 ** 40, String(value)]);
  }
  const isPlain =
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
  if (Array.isArray(value) && value.length > 0 && random.chance(0.8)) {
    const at = random.integer(0, value.length - 1);
    const copy = [...value];
    if (random.chance(0.2)) copy.splice(at, random.integer(0, 1), copy[at]);
    else copy[at] = mutateValue(random, copy[at]);
    return copy;
  }
  if (isPlain && Object.keys(value as object).length > 0 && random.chance(0.8)) {
    const entries = Object.entries(value as object);
    const at = random.integer(0, entries.length - 1);
    const [name, inner] = entries[at] as [string, unknown];
    const change = random.next();
    const renamed = random.pick([mutateText(random, name), '__proto__', 'constructor']);
    if (change < 0.1) entries.splice(at, 1);
    else if (change < 0.2) entries[at] = [renamed, inner];
    else entries[at] = [name, mutateValue(random, inner)];
    return Object.fromEntries(entries);
  }
  return random.pick(ODD_VALUES);
}

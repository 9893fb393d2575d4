/** Options of a sandbox on a command line: the names of docs/options.md, as `--kebab-case`. */
import { readFileSync } from 'node:fs';
import { SandboxError } from '../errors/sandbox-error';
import { checkOption } from '../options/read-options';
import { UsageError } from './command';

/** Options as `testEnvironmentOptions` has them; nothing of them is checked yet. */
export type Given = Record<string, unknown>;

/**
 * Reads `--name VALUE`, `--name=VALUE` and, for `true`, `--name`. `--options FILE` is a JSON file with
 * some of them, over which the others are laid.
 *
 * @throws UsageError for a word that is no option's, or a file that cannot be read.
 */
export function readWords(words: readonly string[]): Given {
  const texts = new Map<string, (string | true)[]>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (!word.startsWith('--')) {
      throw new UsageError(`"${word}" is no option. A command goes behind "--"`);
    }
    const [, name = '', inline] = /^--([^=]*)=?(.*)$/s.exec(word) ?? [];
    const next = words[at + 1];
    const isInline = word.includes('=');
    const follows = !isInline && next !== undefined && !next.startsWith('--');
    if (follows) at++;
    const option = toCamelCase(name);
    const value = isInline ? inline : follows ? next : true;
    texts.set(option, [...(texts.get(option) ?? []), value ?? '']);
  }
  const files = texts.get('options') ?? [];
  texts.delete('options');
  const given = [...texts].map(([name, values]) => [name, readValue(name, values)]);
  return Object.assign({}, ...files.map(readFile), Object.fromEntries(given));
}

/** `asPid1` is written `--as-pid1` and `--as-pid-1`. */
function toCamelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export function toKebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function readFile(file: string | true): Given {
  if (file === true) throw new UsageError('Expected a file after --options');
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`Could not read the options of ${file}: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`Expected ${file} to hold an object of options`);
  }
  return value as Given;
}

/**
 * What the words after an option mean is what the option takes: a text as it is written, else JSON, else a
 * list of such, else an object of KEY=VALUE. An option given twice is a list or an object, or the later.
 */
function readValue(name: string, given: (string | true)[]): unknown {
  const last = given.at(-1);
  if (last === undefined || last === true) return last;
  const texts = given.filter((text) => text !== true);
  const candidates = [
    ...(texts.length === 1 ? [last, jsonOf(last)] : []),
    texts,
    texts.map(jsonOf),
    ...objectOf(texts),
    ...(texts.length > 1 ? [last, jsonOf(last)] : []),
  ];
  const refusals = candidates.map((candidate) => ({ candidate, depth: refusal(name, candidate) }));
  const accepted = refusals.find(({ depth }) => depth === undefined);
  if (accepted) return accepted.candidate;
  // None is right. The one whose mistake lies deepest is told of: "tmpfs[0]" says more than "tmpfs".
  return refusals
    .filter(({ candidate }) => candidate !== last || jsonOf(last) === last)
    .sort((one, other) => (other.depth as number) - (one.depth as number))[0]?.candidate;
}

/** Undefined if the option takes the value; else how long the name is of what is wrong with it. */
function refusal(name: string, value: unknown): number | undefined {
  try {
    checkOption(name, value);
    return undefined;
  } catch (error) {
    return error instanceof SandboxError ? (error.facts.option ?? '').length : 0;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `A=1`, with values as they are written and as JSON; nothing if that is not what the words are. */
function objectOf(texts: string[]): object[] {
  const entries = texts.map((text) => /^([^={[]+)=(.*)$/s.exec(text)?.slice(1));
  if (entries.includes(undefined)) return [];
  const pairs = entries as [string, string][];
  return [
    Object.fromEntries(pairs),
    Object.fromEntries(pairs.map(([key, value]) => [key, jsonOf(value)])),
  ];
}

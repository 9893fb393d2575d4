import fs from 'node:fs';
import { agent } from '../agents';
import type { Agent } from '../agents/agent';
import { nearest } from '../text/nearest';
import { FEATURES, type FeatureName } from './features';

export type { FeatureName } from './features';

type TestFunction = (done?: never) => unknown;

type Each = <Row>(
  rows: readonly Row[],
) => (
  name: string,
  run: (...args: Row extends readonly unknown[] ? [...Row] : [Row]) => unknown,
  timeout?: number,
) => void;

/** `test` of Jest, as far as it is handed on. */
export interface GatedTest {
  (name: string, run: TestFunction, timeout?: number): void;
  each: Each;
}

export interface GatedDescribe {
  (name: string, define: () => void): void;
  each: Each;
}

/** `test` and `describe` for what needs something of the machine. */
export interface Gate {
  test: GatedTest;
  it: GatedTest;
  describe: GatedDescribe;
  /** What is missing, and how the kernel said so; undefined if nothing is. */
  readonly missing: string | undefined;
}

interface JestGlobals {
  test: GatedTest & { skip: GatedTest };
  describe: GatedDescribe & { skip: GatedDescribe };
}

/** Each is tried once; undefined: it is there. */
const found = new Map<FeatureName, string | undefined>();

function probe(name: FeatureName): string | undefined {
  if (!found.has(name)) found.set(name, tryOut(name));
  return found.get(name);
}

function tryOut(name: FeatureName): string | undefined {
  const made: Agent[] = [];
  try {
    FEATURES[name].probe((options) => {
      const each = agent(options);
      made.push(each);
      return each;
    });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    for (const each of made.reverse()) each.end();
  }
}

function checkFeature(name: string): asserts name is FeatureName {
  if (Object.hasOwn(FEATURES, name)) return;
  const names = Object.keys(FEATURES);
  const meant = nearest(name, names);
  throw new TypeError(
    `Unknown feature "${name}".${meant ? ` Did you mean "${meant}"?` : ''} Features: ${names.join(', ')}`,
  );
}

/**
 * With NS_JEST_MUST_WORK=1 what is missing is a failure. But nobody who is not root can have root's
 * rights, and NS_JEST_MAY_LACK names, with commas, what a machine is known to be without.
 */
function mayBeMissing(name: FeatureName): boolean {
  if (process.env.NS_JEST_MUST_WORK !== '1') return true;
  if ((process.env.NS_JEST_MAY_LACK ?? '').split(',').includes(name)) return true;
  return FEATURES[name].privilege === true && (name === 'root' || !isRunByRoot());
}

/** Root outside as well: the map of a sandbox says whom its root stands for. */
function isRunByRoot(): boolean {
  const euid = process.geteuid?.();
  const lines = fs.readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n');
  return lines.some((line) => {
    const [inside, outside] = line.trim().split(/\s+/).map(Number);
    return inside === euid && outside === 0;
  });
}

/**
 * Tests that need something of the machine they run on, which is tried out first, in an agent: if it is
 * not there they are skipped, and their names say why.
 *
 * @throws TypeError if there is no feature of that name.
 * @example
 * ns.needs('net.veth', 'mount.overlay').describe('a pair', () => { … });
 */
export function needs(...names: FeatureName[]): Gate {
  for (const name of names) checkFeature(name);
  const lacking = names.flatMap((name) => {
    const reason = probe(name);
    return reason === undefined ? [] : [{ name, reason }];
  });
  const missing =
    lacking.length === 0
      ? undefined
      : lacking.map(({ name, reason }) => `needs ${name}: ${reason}`).join('; ');
  const fatal = lacking.some(({ name }) => !mayBeMissing(name));
  const test = gateTest(missing, fatal);
  return { test, it: test, describe: gateDescribe(missing, fatal), missing };
}

/** The functions of the file that calls. Jest answers '@jest/globals' itself, wherever it is installed. */
function globals(): JestGlobals {
  return require('@jest/globals') as unknown as JestGlobals;
}

function refuse(missing: string): never {
  throw new Error(
    `This machine lacks what the test needs, and NS_JEST_MUST_WORK is set: ${missing}`,
  );
}

/** A reason may hold what `each` would take for a place to fill. */
function skippedTitle(name: string, missing: string, inTable = false): string {
  return `${name} [skipped: ${inTable ? missing.replaceAll('%', '%%') : missing}]`;
}

function gateTest(missing: string | undefined, fatal: boolean): GatedTest {
  const { test } = globals();
  if (missing === undefined) return test;
  const gated = (name: string, run: TestFunction, timeout?: number) =>
    fatal
      ? test(name, () => refuse(missing))
      : test.skip(skippedTitle(name, missing), run, timeout);
  const each: Each = (rows) => (name, run) =>
    fatal
      ? test.each(rows)(name, () => refuse(missing))
      : test.skip.each(rows)(skippedTitle(name, missing, true), run);
  return Object.assign(gated, { each });
}

function gateDescribe(missing: string | undefined, fatal: boolean): GatedDescribe {
  const { describe, test } = globals();
  if (missing === undefined) return describe;
  const refused = () => test('has what it needs', () => refuse(missing));
  const gated = (name: string, define: () => void) =>
    fatal ? describe(name, refused) : describe.skip(skippedTitle(name, missing), define);
  const each: Each = (rows) => (name, define) =>
    fatal
      ? describe.each(rows)(name, refused)
      : describe.skip.each(rows)(skippedTitle(name, missing, true), define);
  return Object.assign(gated, { each });
}

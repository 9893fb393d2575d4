/**
 * Random options: each object is refused by one clear error, or opens a sandbox that ends well, and
 * nothing of it is left. The same again: NS_JEST_SEED=..., and NS_JEST_ONLY=... for one object.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SandboxError } from '../../src/errors/sandbox-error';
import { openSandbox, type Sandbox } from '../../src/launch/open-sandbox';
import type { NeededPaths } from '../../src/options/files/kept-paths';
import { neededPaths } from '../../src/options/files/needed-paths';
import type { CheckedOptions } from '../../src/options/options';
import { limitsSet } from '../../src/options/processes/early-end';
import { environmentInside } from '../../src/options/processes/environment';
import { OPTION_NAMES, readOptions } from '../../src/options/read-options';
import { type SandboxSpec, toSandboxSpec } from '../../src/options/sandbox-spec';
import { eventually, hostWithoutSockets, sandboxProcesses } from '../support/host';
import { CONTRADICTIONS, MAKERS } from '../support/random-options/makers';
import { randomOptions } from '../support/random-options/random-options';
import { listed, makeScene, removeScene, type Scene } from '../support/random-options/scene';

const OBJECTS = 10_000;
/** Of those that are accepted. */
const OPENED = Number(process.env.NS_JEST_OPENED ?? 2_500);
const AT_ONCE = 4;
const DEADLINE_MS = 20_000;

/** In CI the same commit is told the same; elsewhere each run tries others. */
const SEED = Number(
  process.env.NS_JEST_SEED ?? (process.env.CI ? 1 : Math.floor(Math.random() * 2 ** 20)),
);
const ONLY = process.env.NS_JEST_ONLY;
const NUMBERS =
  ONLY === undefined ? Array.from({ length: OBJECTS }, (_, number) => number) : [Number(ONLY)];

let scene: Scene;
let needed: NeededPaths;
const before = hostWithoutSockets();
const { XDG_CACHE_HOME } = process.env;

beforeAll(async () => {
  process.stderr.write(`random options: NS_JEST_SEED=${SEED}\n`);
  scene = makeScene();
  process.env.XDG_CACHE_HOME = path.join(scene.folder, 'cache');
  needed = await needsOfJest(scene);
});
afterAll(() => {
  if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
  removeScene(scene);
});

test('every option has makers of values', () => {
  expect(OPTION_NAMES.filter((name) => MAKERS[name] === undefined)).toEqual([]);
});

test('the same seed makes the same options', () => {
  const some = (seed: number) =>
    Array.from({ length: 200 }, (_, number) => inspect(randomOptions(seed, number, scene)));
  expect(some(5)).toEqual(some(5));
  expect(some(5)).not.toEqual(some(6));
});

test.each(CONTRADICTIONS.map((options) => [inspect(options, { depth: 5 }), options] as const))(
  'a contradiction is one error: %s',
  (_, options) => {
    const answer = accept(options, needed);
    expect(answer).toHaveProperty('thrown');
    expect(faultOfRefusal((answer as { thrown: unknown }).thrown)).toBeUndefined();
  },
);

test(`${NUMBERS.length} random option objects: an error that says why, or a sandbox that ends well; nothing is left`, async () => {
  const files = listed(scene);
  const descriptors = readdirSync('/proc/self/fd').length;
  const wrong: string[] = [];
  const count = { refused: 0, accepted: 0, opened: 0, failed: 0 };
  const note = (number: number, options: unknown, what: string) =>
    wrong.push(
      `NS_JEST_SEED=${SEED} NS_JEST_ONLY=${number}: ${what}\n${inspect(options, { depth: 6, maxStringLength: 200, maxArrayLength: 5 })}`,
    );

  const toOpen: (Accepted & { number: number; given: object })[] = [];
  for (const number of NUMBERS) {
    const given = randomOptions(SEED, number, scene);
    const answer = accept(given, needed);
    if ('thrown' in answer) {
      count.refused += 1;
      const fault = faultOfRefusal(answer.thrown);
      if (fault !== undefined) note(number, given, fault);
    } else {
      count.accepted += 1;
      if (toOpen.length < OPENED) toOpen.push({ number, given, ...answer });
    }
  }

  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (let next = toOpen.shift(); next !== undefined; next = toOpen.shift()) {
      const { number, given, options, spec } = next;
      const fault = await faultOfOpening(spec, options, scene, count);
      if (fault !== undefined) note(number, given, fault);
    }
  });
  await Promise.all(workers);

  expect(wrong.slice(0, 10).join('\n\n')).toBe('');
  await eventually(() => sandboxProcesses().length === 0);
  expect(hostWithoutSockets()).toEqual(before);
  expect(listed(scene)).toBe(files);
  expect(unfinished(scene)).toEqual([]);
  expect(readdirSync('/proc/self/fd').length).toBe(descriptors);
  process.stderr.write(`random options: ${inspect(count)}\n`);
  if (ONLY === undefined) {
    expect(count.refused).toBeGreaterThan(OBJECTS / 10);
    expect(count.opened).toBeGreaterThanOrEqual(OPENED / 2);
  }
}, 600_000);

/** As for a file of a project, with the real Jest's configuration. */
async function needsOfJest({ project, folder }: Scene): Promise<NeededPaths> {
  const { readConfig } = require('jest-config') as {
    readConfig(
      argv: object,
      folder: string,
    ): Promise<{ globalConfig: never; projectConfig: never }>;
  };
  const config = JSON.stringify({ rootDir: project, cacheDirectory: path.join(folder, 'cache') });
  const { globalConfig, projectConfig } = await readConfig({ _: [], $0: '', config }, project);
  return neededPaths(globalConfig, projectConfig, [path.dirname(require.resolve('jest-runner'))]);
}

interface Accepted {
  options: CheckedOptions;
  spec: SandboxSpec;
}

/** What becomes of options before anything is made: a spec, or what was thrown. */
function accept(
  given: Record<string, unknown>,
  needed: NeededPaths,
): Accepted | { thrown: unknown } {
  try {
    const options = readOptions(given);
    return { options, spec: toSandboxSpec(options, needed) };
  } catch (thrown) {
    return { thrown };
  }
}

/** What is wrong with what was thrown; undefined: it says what is to be said. */
function faultOfRefusal(thrown: unknown): string | undefined {
  if (!(thrown instanceof SandboxError)) return `threw ${(thrown as Error).stack}`;
  const { message, facts } = thrown;
  if (message.trim() === '') return 'an error without a message';
  if (facts.option === undefined && facts.step === undefined) {
    return `an error that names neither option nor step: ${message}`;
  }
  return undefined;
}

async function faultOfOpening(
  spec: SandboxSpec,
  options: CheckedOptions,
  { program }: Scene,
  count: { opened: number; failed: number },
): Promise<string | undefined> {
  let sandbox: Sandbox;
  try {
    const env = environmentInside(process.env, options);
    sandbox = openSandbox(withoutCore(spec), { argv: [program], env, hasChannel: false });
  } catch (error) {
    count.failed += 1;
    return error instanceof SandboxError
      ? faultOfRefusal(error)
      : `threw ${(error as Error).stack}`;
  }
  for (const stream of [sandbox.channel, sandbox.stdout, sandbox.stderr]) stream.resume();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    sandbox.kill();
  }, DEADLINE_MS);
  const end = await sandbox.ended;
  clearTimeout(timer);
  sandbox.kill();
  if (isLate) return `did not end within ${DEADLINE_MS} ms: ${inspect(end)}`;
  if (end.error !== undefined) {
    count.failed += 1;
    return faultOfRefusal(end.error);
  }
  count.opened += 1;
  // A limit or a filter may end the program, and then is what is told to have done so.
  const isWell = end.exitCode === 0 || limitsSet(options, end.signal, false) !== undefined;
  return isWell ? undefined : `ended by ${inspect(end)}`;
}

/** A program that a filter or a limit ends would write its memory to a file. core(5) */
function withoutCore({ processes, ...spec }: SandboxSpec): SandboxSpec {
  const others = processes.rlimits.filter(({ name }) => name !== 'core');
  const rlimits = [...others, { name: 'core' as const, soft: 0, hard: 0 }];
  return { ...spec, processes: { ...processes, rlimits } };
}

/** What an archive that could not be unpacked, or was unpacked twice, would leave. */
function unfinished({ folder }: Scene): string[] {
  const roots = path.join(folder, 'cache', 'ns-jest', 'roots');
  try {
    return readdirSync(roots).filter((name) => name.startsWith('.'));
  } catch {
    return [];
  }
}

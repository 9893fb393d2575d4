import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { PACKAGE } from './package';

const DIFFERENTIAL = path.join(PACKAGE, 'test', 'differential');
const FIXTURES = path.join(DIFFERENTIAL, 'fixtures');

/** A fixture is up to thirty runs of Jest. */
const MANY_RUNS_MS = 400_000;

/** One test per fixture: with ns-jest it says what it says with plain Jest. Several run at once. */
export function compareFixtures(installation: string): void {
  const [, jest = ''] = installation.split('-');
  const folder = install(installation);
  for (const name of fixturesFor(jest)) {
    test.concurrent(
      name,
      async () => {
        const { code, output } = await compare(path.join(FIXTURES, name), folder);
        // The lines are the differences: shown whole where there are any.
        expect(code === 0 ? 'no difference' : output).toBe('no difference');
      },
      MANY_RUNS_MS,
    );
  }
}

/** Makes an installation such as "npm-30", or brings it up to date, and returns its folder. */
export function install(installation: string): string {
  execFileSync(process.execPath, [path.join(DIFFERENTIAL, 'installs.mjs'), installation], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return path.join(PACKAGE, '.cache', 'differential', installation);
}

/** Runs the comparison as a user would. */
export async function compare(
  folder: string,
  installed: string,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(
    process.execPath,
    [path.join(DIFFERENTIAL, 'compare.mjs'), folder, '--install', installed],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

function fixturesFor(jest: string): string[] {
  return readdirSync(FIXTURES).filter((name) => {
    const file = path.join(FIXTURES, name, 'fixture.json');
    if (!existsSync(file)) throw new Error(`${name} has no fixture.json`);
    const { jest: only } = JSON.parse(readFileSync(file, 'utf8')) as { jest?: string[] };
    return only === undefined || only.includes(jest);
  });
}

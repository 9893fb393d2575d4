import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { compare, install } from '../support/fixtures';

// Files that say another thing in a sandbox: a comparison that sees no difference here sees none ever.
test('differences are seen wherever they are, and declared ones are told apart', async () => {
  const { code, output } = await compare(path.join(__dirname, 'planted'), install('npm-30'));
  expect(code).toBe(1);
  const lines = output.split('\n');
  const has = (...words: string[]) =>
    lines.some((line) => words.every((word) => line.includes(word)));
  for (const combination of ['[preset]', '[environment]']) {
    expect(has(combination, 'exit code: plain "0", ns-jest "1"')).toBe(true);
    expect(has(combination, 'stderr line', 'outside', 'inside')).toBe(true);
    expect(has(combination, 'results.numFailedTests: plain "0", ns-jest "1"')).toBe(true);
    expect(has(combination, 'fails inside', '.status')).toBe(true);
  }
  expect(has('[environment]', 'file seen.txt', 'outside', 'inside')).toBe(true);
  expect(has('[preset]', 'file seen.txt')).toBe(false);
  expect(has('declared, but does not differ: ^nothing of the kind')).toBe(true);
});

test('runs that say the same, but were none, are told', async () => {
  const { code, output } = await compare(path.join(__dirname, 'idle'), install('npm-30'));
  expect(code).toBe(1);
  expect(output).toContain('[preset] 0 sandboxes were opened');
  expect(output).toContain('[environment] 0 sandboxes were opened');
  expect(output).toContain('[plain] counts: ["nothing"], not ["1 passed"]');
});

test('a declared difference without a place in the docs is refused', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-fixture-'));
  try {
    const differs = [{ subject: 'stderr', why: 'because' }];
    writeFileSync(path.join(folder, 'fixture.json'), JSON.stringify({ steps: ['jest'], differs }));
    const { code, output } = await compare(folder, install('npm-30'));
    expect(output).toContain('docs/differences.md has no "because"');
    expect(code).toBe(2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

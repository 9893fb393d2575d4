import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type JestRun, Project } from '../../support/project';

// What a launcher promises of files: seen from inside by test files of a real Jest, and from outside by this one.

/** Ours, so that it may be written to from wherever it can be. */
const scratch = fs.mkdtempSync('/var/tmp/ns-jest-test-');
fs.writeFileSync(path.join(scratch, 'base'), 'untouched');
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const PRELUDE = `
  const fs = require('fs');
  const { ns } = require('ns-jest');
  const scratch = ${JSON.stringify(scratch)};
  const attempt = (act) => { try { act(); return 'ok'; } catch ({ code }) { return code; } };
  const rootOf = () => ns.mounts.list().filter(({ target }) => target === '/').at(-1);
  const modeOf = (file) => (fs.statSync(file).mode & 0o7777).toString(8);`;

function file(options: object, body: string): string {
  const docblock = `/** @jest-environment-options ${JSON.stringify(options)} */`;
  return `${docblock}${PRELUDE}\ntest('inside', () => {${body}});`;
}

const PRIVATE = `
  const { shared, master } = rootOf().propagation;
  expect({ shared, master }).toEqual({ shared: undefined, master: undefined });`;

/** Some write that shows what "/" is; what is read-only, and what is to vanish, differ by the options. */
const writes = (code: string) => `
  expect(attempt(() => fs.writeFileSync(scratch + '/written', 'inside'))).toBe('${code}');
  expect(fs.existsSync(scratch + '/written')).toBe(${code === 'ok'});`;

const OVERLAY = `
  expect(fs.existsSync(scratch + '/vanishes')).toBe(false);
  expect(fs.readFileSync(scratch + '/base', 'utf8')).toBe('untouched');
  fs.writeFileSync(scratch + '/vanishes', 'inside');
  fs.writeFileSync(scratch + '/base', 'changed');
  expect(fs.readdirSync(scratch)).toContain('vanishes');`;

const mountPoints = [
  { type: 'dir', target: '/tmp/plain/below' },
  { type: 'dir', target: '/tmp/asked', mode: '1770' },
  { type: 'file', target: '/tmp/files/plain', content: 'x' },
  { type: 'file', target: '/tmp/files/asked', content: 'x', mode: '600' },
  { type: 'tmpfs', target: '/tmp/fresh/tmpfs' },
  { type: 'bind', source: scratch, target: '/tmp/bound/parent/directory' },
];

const FILES: Record<string, string> = {
  'private-by-default': file({}, PRIVATE),
  private: file({ propagation: 'private' }, PRIVATE),
  shared: file(
    { propagation: 'shared' },
    `expect(rootOf().propagation.shared).toBeGreaterThan(0);`,
  ),
  modes: file(
    { mounts: mountPoints, umask: '077' },
    `
    expect(['/tmp/plain', '/tmp/plain/below', '/tmp/asked'].map(modeOf)).toEqual(['755', '755', '1770']);
    expect(['/tmp/files', '/tmp/files/plain', '/tmp/files/asked'].map(modeOf)).toEqual(['755', '644', '600']);
    expect(['/tmp/fresh', '/tmp/fresh/tmpfs'].map(modeOf)).toEqual(['755', '755']);
    expect(['/tmp/bound', '/tmp/bound/parent'].map(modeOf)).toEqual(['755', '755']);
    expect(modeOf('/tmp/bound/parent/directory')).toBe('700');`,
  ),
  'read-only': file({ root: { type: 'host', readonly: true } }, writes('EROFS')),
  writable: file({ root: { type: 'host' } }, writes('ok')),
  'overlay-1': file({ root: { type: 'overlay' } }, OVERLAY),
  'overlay-2': file({ root: { type: 'overlay' } }, OVERLAY),
};

describe('files of one run', () => {
  let project: Project;
  let run: JestRun;
  beforeAll(async () => {
    const files = Object.entries(FILES).map(([name, text]) => [`${name}.test.js`, text]);
    project = new Project(Object.fromEntries(files));
    // One after the other: "written" is written by one file alone, and read by this one.
    run = await project.run({ preset: 'ns-jest' }, { args: ['--runInBand'] });
  }, 300_000);
  afterAll(() => project.remove());

  const expectPassed = (...names: string[]) => {
    for (const name of names) {
      const found = run.json?.testResults.find(
        (each) => path.basename(each.name) === `${name}.test.js`,
      );
      expect(found).toMatchObject({ message: '', status: 'passed' });
    }
  };

  test('MNT-49 the root’s propagation inside is the configured one', () => {
    expectPassed('private-by-default', 'private', 'shared');
  });

  test('MNT-62 mount points get the documented modes, their parents, too, whatever the umask', () => {
    expectPassed('modes');
  });

  test('MNT-65 with a read-only root a write fails, with a writable one it reaches the host', () => {
    expectPassed('read-only', 'writable');
    expect(fs.readFileSync(path.join(scratch, 'written'), 'utf8')).toBe('inside');
  });

  test('MNT-67 what is written over an overlay is gone afterwards, and the base unchanged', () => {
    expectPassed('overlay-1', 'overlay-2');
    expect(fs.existsSync(path.join(scratch, 'vanishes'))).toBe(false);
    expect(fs.readFileSync(path.join(scratch, 'base'), 'utf8')).toBe('untouched');
  });
});

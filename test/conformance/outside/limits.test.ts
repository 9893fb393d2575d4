import fs from 'node:fs';
import { afterEach, expect } from '@jest/globals';
import { ns } from 'ns-jest';
import { eventually, sandboxProcesses } from '../../support/host';
import { outcomes, runJest } from '../../support/project';
import { type Reason, testUnless } from '../support/needs';

// Limits that a launcher sets by control groups.

afterEach(async () => {
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
});

/** Where groups may be made, and this controller be used in them. */
function limitsBy(controller: string): Reason {
  const { missing } = ns.needs('root', 'cgroup.v2');
  if (missing !== undefined) return missing;
  const agent = ns.agent();
  try {
    if (agent.cgroup.directory(controller) !== undefined) return undefined;
    const root = ns.mounts.list().find(({ type }) => type === 'cgroup2')?.target;
    const offered = fs.readFileSync(`${root}/cgroup.subtree_control`, 'utf8').trim().split(' ');
    return offered.includes(controller) ? undefined : `needs the controller ${controller}`;
  } finally {
    agent.end();
  }
}

const withOptions = (cgroup: object, body: string) => `
  /** @jest-environment-options ${JSON.stringify({ cgroup })} */
  const fs = require('fs');
  const { ns } = require('ns-jest');
  test('inside', () => {${body}});`;

testUnless(limitsBy('pids'))('CG-13 the cgroup mounts inside are read-only', async () => {
  const body = `
    const groups = ns.mounts.list().filter(({ target, type }) =>
      /^cgroup2?$/.test(type) && fs.existsSync(target + '/pids.max'));
    expect(groups.length).toBeGreaterThan(0);
    for (const { target } of groups) {
      expect(fs.readFileSync(target + '/pids.max', 'utf8')).toBe('500\\n');
      expect(() => fs.writeFileSync(target + '/pids.max', 'max')).toThrow('EROFS');
      expect(() => fs.mkdirSync(target + '/mine')).toThrow('EROFS');
    }`;
  const run = await runJest(
    { 'view.test.js': withOptions({ pidsMax: 500 }, body) },
    { preset: 'ns-jest' },
  );
  expect(outcomes(run)).toEqual(['inside: passed']);
});

testUnless(limitsBy('memory'))(
  'CG-17 a memory limit that is too small makes the run fail, a large one does not',
  async () => {
    const eats = 'for (let i = 0, all = []; i < 300; i++) all.push(Buffer.alloc(1 << 20, 1));';
    const run = await runJest(
      {
        'small.test.js': withOptions({ memoryMax: '150m' }, eats),
        'large.test.js': withOptions({ memoryMax: '1g' }, eats),
      },
      { preset: 'ns-jest' },
    );
    const results = run.json?.testResults ?? [];
    const [small] = results.filter(({ name }) => name.endsWith('small.test.js'));
    const [large] = results.filter(({ name }) => name.endsWith('large.test.js'));
    expect(large).toMatchObject({ status: 'passed', message: '' });
    expect(small?.status).toBe('failed');
    expect(small?.message).toContain('out of memory');
    expect(run.code).toBe(1);
  },
);

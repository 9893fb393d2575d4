/** NS_JEST_CHECK_HOST=1: whether a run leaves the host as it was. */
import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { outcomes, runJest } from '../support/project';
import { testIf } from '../support/test-if';

const isRoot = process.geteuid?.() === 0;

/** A host of this test's own, which may be changed. */
const OWN_HOST = isRoot
  ? ['unshare', '--uts', '--ipc', '--net', '--mount']
  : ['unshare', '--map-current-user', '--ipc'];
const hasOwnHost = spawnSync(OWN_HOST[0] as string, [...OWN_HOST.slice(1), 'true']).status === 0;

const CHECKED = { env: { NS_JEST_CHECK_HOST: '1' } };

/** Of the host, as far as namespaces of that kind are not the sandbox's own. */
const CHANGE_AS_ROOT = `
  ns.hostname.set('changed');
  ns.interfaces.up('lo');
  ns.interfaces.add({ name: 'left0', kind: 'veth', peer: { name: 'left1' } });
  ns.routes.add({ destination: '10.9.0.0/16', interface: 'lo' });
`;
const CHANGE = `
  const { ns } = require('ns-jest');
  ns.messageQueues.create({ key: 4711 });
  ${isRoot ? CHANGE_AS_ROOT : ''}
`;
const CHANGES = `test('changes', () => { ${CHANGE} });`;

const CLEAN = `test('clean', () => {});`;
const SHARED = isRoot ? { user: false, uts: false, ipc: false, net: false } : { ipc: false };

test('a run that changes nothing passes', async () => {
  const run = await runJest(
    { 'a.test.js': CHANGES, 'b.test.js': CLEAN },
    { preset: 'ns-jest' },
    CHECKED,
  );
  expect(outcomes(run)).toEqual(['changes: passed', 'clean: passed']);
  expect(run.code).toBe(0);
});

const testIfOwnHost = testIf(hasOwnHost, 'user namespaces for unshare(1)');

testIfOwnHost('a run that changes the host fails, and says what has changed', async () => {
  const run = await runJest(
    { 'a.test.js': CHANGES, 'b.test.js': CLEAN, 'c.test.js': CLEAN },
    { preset: 'ns-jest', testEnvironmentOptions: { namespaces: SHARED } },
    { ...CHECKED, wrapper: OWN_HOST, args: ['-w', '2'] },
  );
  expect(outcomes(run)).toEqual([
    'changes: passed',
    'clean: passed',
    'clean: passed',
    'the host is as it was before the run: failed',
  ]);
  expect(run.code).toBe(1);
  const [message = ''] =
    run.json?.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .find(({ status }) => status === 'failed')?.failureMessages ?? [];
  expect(message.replace(/kernel\/hostname = (?!changed).*/, 'kernel/hostname = its own')).toBe(
    [
      'The host has changed since the run began:',
      ...(isRoot
        ? ['  sysctls', '    - kernel/hostname = its own', '    + kernel/hostname = changed']
        : []),
      ...['  ipc', '    + msg id 0 key 4711'],
      ...(isRoot ? ['  interfaces', '    + left0', '    + left1'] : []),
      ...(isRoot ? ['  routes', '    + 10.9.0.0/16 dev lo'] : []),
    ].join('\n'),
  );
});

testIfOwnHost('beside a last file that cannot be run it is said, too', async () => {
  const run = await runJest(
    { 'a.test.js': CHANGE },
    { preset: 'ns-jest', testEnvironmentOptions: { namespaces: SHARED } },
    { ...CHECKED, wrapper: OWN_HOST },
  );
  expect(run.code).toBe(1);
  expect(run.stderr).toContain('ns-jest: The host has changed since the run began:\n');
});

testIfOwnHost('it is not checked unasked', async () => {
  const run = await runJest(
    { 'a.test.js': CHANGES },
    { preset: 'ns-jest', testEnvironmentOptions: { namespaces: SHARED } },
    { wrapper: OWN_HOST },
  );
  expect(outcomes(run)).toEqual(['changes: passed']);
  expect(run.stderr).not.toContain('The host');
});

import { describe, expect, test } from '@jest/globals';
import { ENTRY_LINES } from '../support/package';
import { outcomes, runJest } from '../support/project';

// No program is found by an empty PATH, so this one is missing wherever the tests run.
const FILES = {
  'a.test.js': `
    const { ns } = require('ns-jest');
    process.env.PATH = '/nowhere';
    const gate = ns.needs('user', 'pasta');
    gate.test('one', () => {});
    gate.test.each([[1], [2]])('row %d', () => {});
    gate.describe('group', () => { test('inside', () => {}); });
    gate.describe.each([[1]])('groups %d', () => { test('inside', () => {}); });
    ns.needs('root').test('root', () => {});
    ns.needs('user').test('met', () => {});`,
};
const REASON = "[skipped: needs pasta: ENOENT: no such file or directory, execve 'pasta']";
const ROOT = '[skipped: needs root: this user namespace is not the initial one]';

describe.each(ENTRY_LINES)('$line', ({ config }) => {
  test('what is missing skips tests, and is told in their names', async () => {
    const run = await runJest(FILES, config, { env: { NS_JEST_MUST_WORK: '' } });
    expect(outcomes(run)).toEqual([
      `group ${REASON} inside: pending`,
      `groups 1 ${REASON} inside: pending`,
      'met: passed',
      `one ${REASON}: pending`,
      `root ${ROOT}: pending`,
      `row 1 ${REASON}: pending`,
      `row 2 ${REASON}: pending`,
    ]);
    expect(run.code).toBe(0);
  });

  test('with NS_JEST_MUST_WORK it is a failure, but for the rights of root', async () => {
    const run = await runJest(FILES, config, { env: { NS_JEST_MUST_WORK: '1' } });
    expect(outcomes(run)).toEqual([
      'group has what it needs: failed',
      'groups 1 has what it needs: failed',
      'met: passed',
      'one: failed',
      `root ${ROOT}: pending`,
      'row 1: failed',
      'row 2: failed',
    ]);
    expect(run.json?.testResults[0]?.message).toContain(
      'This machine lacks what the test needs, and NS_JEST_MUST_WORK is set: needs pasta: ENOENT',
    );
  });

  test('unless the machine is known to be without it', async () => {
    const env = { NS_JEST_MUST_WORK: '1', NS_JEST_MAY_LACK: 'net.nft,pasta' };
    const run = await runJest(FILES, config, { env });
    expect(run.code).toBe(0);
    expect(outcomes(run)).toContain(`one ${REASON}: pending`);
  });
});

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, type HostState, hostState, sandboxProcesses } from '../../support/host';
import { FULL, sh, start } from '../../support/ns-init';

let before: HostState['sysctls'];
beforeEach(() => {
  before = hostState().sysctls;
});
afterEach(async () => {
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  expect(hostState().sysctls).toEqual(before);
});

/** Tells its pid, and at SIGTERM ends in its own time, by a code of its own. */
const CATCHES = sh(
  'trap "echo caught; sleep 0.1; echo done; exit 5" TERM; echo pid $$; while :; do sleep 0.01; done',
);

async function started(args: string[]) {
  const sandbox = start([...FULL, ...args], CATCHES);
  expect(await eventually(() => sandbox.output().includes('pid'))).toBe(true);
  return sandbox;
}

describe('PID-31 SIGTERM sent to the launcher', () => {
  test('reaches the command behind the init, whose exit status comes back', async () => {
    const { child, ended } = await started([]);
    child.kill('SIGTERM');
    const { stdout, code } = await ended;
    expect(stdout).toMatch(/^pid \d{2,}\ncaught\ndone\n$/);
    expect(code).toBe(5);
  });

  test('ends a command that has no handler for it, and is reported', async () => {
    const { child, ended } = start(FULL, sh('echo up; exec sleep 1000'));
    await eventually(() => sandboxProcesses().length >= 3);
    child.kill('SIGTERM');
    const { status } = await ended;
    expect(status.at(-1)).toMatchObject({ type: 'exited', code: null, signal: 15 });
  });
});

test('PID-32 when the parent dies everything is killed at once, unless time was granted', async () => {
  // The lifeline closes when the parent ends, however that may be.
  const { ended, lifeline } = await started(['--as-pid-1']);
  lifeline.destroy();
  expect((await ended).stdout).toBe('pid 1\n');
});

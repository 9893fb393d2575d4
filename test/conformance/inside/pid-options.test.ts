/**
 * @jest-environment-options {"asPid1": true}
 */
import fs from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

describe('PID-33 the test process as PID 1', () => {
  test('is 1 for itself, in /proc, and for its children', async () => {
    expect([process.pid, process.ppid]).toEqual([1, 0]);
    expect(fs.readlinkSync('/proc/self')).toBe('1');
    expect((await ns.run('sh', ['-c', 'echo $PPID'])).stdout).toBe('1\n');
    expect(ns.agent().namespaces.id('pid')).not.toBe(ns.namespaces.hostIds().pid);
  });

  test('is what orphans are given to', () => {
    const maker = ns.agent();
    const orphan = maker.clone({ dieWithParent: false });
    expect(orphan.ids().ppid).toBe(maker.pid);
    maker.exit();
    expect(orphan.ids().ppid).toBe(1);
  });

  test('takes no signal from inside without a handler', () => {
    ns.agent().kill(1, 'SIGKILL');
    ns.agent().kill(1, 'SIGUSR2');
    expect(process.pid).toBe(1);
  });
});

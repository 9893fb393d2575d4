import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';
import { eventually } from '../support/eventually';

describe('PID-34 with a stub init in front, which is what a sandbox has', () => {
  test('the test process is the child of PID 1', () => {
    expect(ns.processes.get(1)).toMatchObject({ name: 'ns-init', ppid: 0, threads: 1 });
    expect(process.ppid).toBe(1);
    expect(process.pid).toBeGreaterThan(1);
  });

  test('orphans are given to it, and reaped', async () => {
    const maker = ns.agent();
    const orphan = maker.clone({ dieWithParent: false });
    maker.exit();
    expect(orphan.ids().ppid).toBe(1);
    const { pid } = orphan;
    ns.agent().kill(pid, 'SIGKILL');
    expect(await eventually(() => ns.processes.get(pid) === undefined)).toBe(true);
  });
});

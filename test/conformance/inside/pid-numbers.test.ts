import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';
import { OTHER } from '../support/ids';
import { mountProc, writeKernelFile } from '../support/proc';

const PID_MAX = '/proc/sys/kernel/pid_max';

describe('PID-16 pid_max', () => {
  const isolated = () => {
    const init = ns.agent({ unshare: ['pid', 'mount'] });
    mountProc(init);
    return init;
  };

  ns.needs('pid.max').test('lowered inside leaves the outer value, and numbers stay below', () => {
    const outside = ns.agent().fs.readFile(PID_MAX);
    const init = isolated();
    writeKernelFile(init, PID_MAX, 304);
    writeKernelFile(init, '/proc/sys/kernel/ns_last_pid', 302);
    // The lowest 300 are left out when the numbers begin again.
    expect([1, 2, 3, 4].map(() => init.fork().ids().pid)).toEqual([303, 300, 301, 302]);
    expect(() => init.fork()).toFailWithErrno('EAGAIN');
    expect(ns.agent().fs.readFile(PID_MAX)).toBe(outside);
    expect(ns.agent().pid).toBeGreaterThan(0);
  });

  ns.needs('pid.max').test('is not a number that can be chosen', () => {
    const init = isolated();
    writeKernelFile(init, PID_MAX, 400);
    expect(init.clone({ setTid: [399] }).ids().pid).toBe(399);
    expect(() => init.clone({ setTid: [400] })).toFailWithErrno('EINVAL');
  });

  ns.needs('pid.max').test('of a nested namespace cannot exceed what is around it', () => {
    const middle = isolated();
    writeKernelFile(middle, PID_MAX, 400);
    const inner = middle.clone({ unshare: ['pid', 'mount'] });
    mountProc(inner);
    // Its processes have a number in each, so the lower limit holds for them, too.
    expect(inner.clone({ setTid: [2, 399] }).pidInParent).toBe(2);
    expect(() => inner.clone({ setTid: [3, 400] })).toFailWithErrno('EINVAL');
    expect(middle.fs.readFile(PID_MAX)).toBe('400\n');
  });

  ns.needs('pid.max').test('below 301 is refused', () => {
    const init = isolated();
    expect(() => writeKernelFile(init, PID_MAX, 300)).toFailWithErrno('EINVAL');
    writeKernelFile(init, PID_MAX, 301);
  });
});

describe('PID-19 a requested pid', () => {
  test('of 1 in a new namespace works, any other is EINVAL', () => {
    const maker = ns.agent();
    expect(maker.clone({ unshare: ['pid'], setTid: [1] }).ids().pid).toBe(1);
    expect(() => maker.clone({ unshare: ['pid'], setTid: [2] })).toFailWithErrno('EINVAL');
  });

  test('for each of several levels shows as one NSpid line', () => {
    const outer = ns.agent({ unshare: ['pid'] });
    const middle = outer.clone({ unshare: ['pid'], setTid: [1, 300] });
    const inner = middle.clone({ unshare: ['pid'], setTid: [1, 40, 4000] });
    expect(inner.nspid()).toEqual([inner.pid, 4000, 40, 1]);
    expect(middle.nspid()).toEqual([middle.pid, 300, 1]);
    expect(
      inner
        .clone({ setTid: [5, 6, 7] })
        .nspid()
        .slice(1),
    ).toEqual([7, 6, 5]);
    const status = ns.agent().fs.readFile(`/proc/${inner.pid}/status`);
    expect(status).toContain(`NSpid:\t${inner.pid}\t4000\t40\t1\n`);
  });

  test('that is taken is EEXIST, free again when it has been reaped', () => {
    const init = ns.agent({ unshare: ['pid'] });
    const first = init.clone({ setTid: [42] });
    expect(() => init.clone({ setTid: [42] })).toFailWithErrno('EEXIST');
    expect(() => init.clone({ setTid: [1] })).toFailWithErrno('EEXIST');
    first.exit();
    expect(init.clone({ setTid: [42] }).ids().pid).toBe(42);
  });

  test.each([[[0]], [[-1]], [[2 ** 30]], [[2, 3, 4, 5, 6]]])('of %j is EINVAL', (setTid) => {
    const init = ns.agent({ unshare: ['pid'] });
    expect(() => init.clone({ setTid })).toFailWithErrno('EINVAL');
    expect(init.fork().ids().pid).toBe(2);
  });
});

describe('PID-21 choosing a pid', () => {
  test('without a capability is EPERM, with CAP_CHECKPOINT_RESTORE alone it works', () => {
    const init = ns.agent({ unshare: ['pid'] });
    init.user.setCapabilities({ effective: [] });
    expect(() => init.clone({ setTid: [42] })).toFailWithErrno('EPERM');
    init.user.setCapabilities({ effective: ['CAP_CHECKPOINT_RESTORE'] });
    expect(init.clone({ setTid: [42] }).ids().pid).toBe(42);
  });

  test('with CAP_SYS_ADMIN alone works, too', () => {
    const init = ns.agent({ unshare: ['pid'] });
    init.user.setCapabilities({ effective: ['CAP_SYS_ADMIN'] });
    expect(init.clone({ setTid: [43] }).ids().pid).toBe(43);
  });

  test('needs the capability over every level for which one is chosen', () => {
    const agent = ns.agent({ unshare: ['user', 'pid'] });
    expect(agent.clone({ setTid: [42] }).ids().pid).toBe(42);
    expect(() => agent.clone({ setTid: [43, 400_000] })).toFailWithErrno('EPERM');
  });

  ns.needs('ids.many').test('by another user is EPERM, until he has the capability', () => {
    const init = ns.agent({ unshare: ['pid'] });
    init.prctl(ns.constants.PR.PR_SET_KEEPCAPS, 1);
    init.user.setresuid(OTHER);
    expect(() => init.clone({ setTid: [42] })).toFailWithErrno('EPERM');
    init.user.setCapabilities({
      effective: ['CAP_CHECKPOINT_RESTORE'],
      permitted: ['CAP_CHECKPOINT_RESTORE'],
    });
    expect(init.clone({ setTid: [42] }).ids()).toMatchObject({ pid: 42, uid: { real: OTHER } });
  });
});

describe('PID-45 a pid', () => {
  ns.needs('nsfs.pid').test('is translated into and out of another namespace', () => {
    const init = ns.agent({ unshare: ['pid'] });
    const child = init.clone({ setTid: [42] });
    const outside = ns.agent();
    const fd = init.passDescriptor(init.namespaces.open('pid'), outside);
    expect(outside.ioctl.pidFrom(fd, 42)).toBe(child.pid);
    expect(outside.ioctl.pidIn(fd, child.pid)).toBe(42);
    expect(outside.ioctl.pidFrom(fd, 1)).toBe(init.pid);
    expect(outside.ioctl.pidIn(fd, init.pid)).toBe(1);
  });

  ns.needs('nsfs.pid').test('that is not there is ESRCH, one of outside as well', () => {
    const init = ns.agent({ unshare: ['pid'] });
    const outside = ns.agent();
    const fd = init.passDescriptor(init.namespaces.open('pid'), outside);
    expect(() => outside.ioctl.pidFrom(fd, 42)).toFailWithErrno('ESRCH');
    expect(() => outside.ioctl.pidIn(fd, outside.pid)).toFailWithErrno('ESRCH');
  });

  ns.needs('nsfs.pid').test('is asked of a PID namespace alone: EINVAL of another', () => {
    const agent = ns.agent();
    const uts = agent.namespaces.open('uts');
    expect(() => agent.ioctl.pidFrom(uts, 1)).toFailWithErrno('EINVAL');
  });
});

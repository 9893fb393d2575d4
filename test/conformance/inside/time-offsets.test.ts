import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';
import { OTHER } from '../support/ids';
import { refusal } from '../support/refusal';

const SECOND = 1_000_000_000n;

/** In its parent's time namespace; its children will be in a new one. */
function unshared() {
  const agent = ns.agent();
  agent.unshare(['time']);
  return agent;
}

describe('TIME-01 what cannot be read as offsets is EINVAL', () => {
  test.each([
    ['garbage', 'garbage'],
    ['no nanoseconds', 'monotonic 1'],
    ['no seconds', 'monotonic'],
    ['negative nanoseconds', 'monotonic 1 -1'],
    ['too many nanoseconds', 'monotonic 1 1000000000'],
    ['a dirty second line', 'monotonic 1 0\nboottime x 0'],
    ['a clock that is not moved', 'realtime 1 0'],
    ['its number', '0 1 0'],
    ['an unknown clock', '99 1 0'],
  ])('%s', (_what, text) => {
    const agent = unshared();
    expect(() => agent.time.setOffsets(text)).toThrow(refusal('EINVAL', { syscall: 'write' }));
    expect(agent.time.offsets()).toEqual({ monotonic: 0n, boottime: 0n });
  });

  test.each([
    ['names', 'monotonic 86400 5\nboottime -10 7\n'],
    ['numbers', '1 86400 5\n7 -10 7\n'],
    ['no newline at the end', 'monotonic 86400 5\nboottime -10 7'],
  ])('but %s can', (_what, text) => {
    const agent = unshared();
    // A clock cannot be moved to before 0: only as far back as the machine has been up.
    const up = agent.time.clock('CLOCK_BOOTTIME') / SECOND;
    expect(up).toBeGreaterThan(10n);
    agent.time.setOffsets(text);
    expect(agent.time.offsets()).toEqual({
      monotonic: 86_400n * SECOND + 5n,
      boottime: -10n * SECOND + 7n,
    });
  });
});

describe('TIME-03 an offset with which a clock would leave its range is ERANGE', () => {
  test.each([
    ['monotonic', 'above', 9_223_372_036n],
    ['monotonic', 'below 0', -9_223_372_036n],
    ['boottime', 'above', 9_223_372_036n],
    ['boottime', 'below 0', -9_223_372_036n],
  ])('%s %s', (clock, _where, seconds) => {
    const agent = unshared();
    const set = () => agent.time.setOffsets(`${clock} ${seconds} 0`);
    expect(set).toThrow(refusal('ERANGE', { syscall: 'write' }));
    expect(agent.time.offsets()).toEqual({ monotonic: 0n, boottime: 0n });
  });

  test('by a second more than the machine has been up', () => {
    const agent = unshared();
    const up = agent.time.clock('CLOCK_MONOTONIC') / SECOND;
    expect(() => agent.time.setOffsets(`monotonic ${-up - 2n} 0`)).toFailWithErrno('ERANGE');
    agent.time.setOffsets(`monotonic ${-up} 0`);
    expect(agent.fork().time.clock('CLOCK_MONOTONIC')).toBeLessThan(10n * SECOND);
  });
});

describe('TIME-12 without offsets', () => {
  test('both of the sandbox read 0', () => {
    expect(ns.agent().time.offsets()).toEqual({ monotonic: 0n, boottime: 0n });
  });

  test.each(['clone', 'unshare'] as const)('both of a new namespace by %s read 0', (via) => {
    const agent = ns.agent({ unshare: ['time'], via });
    expect(agent.namespaces.id('time')).not.toBe(ns.namespaces.ids().time);
    expect(agent.time.offsets()).toEqual({ monotonic: 0n, boottime: 0n });
  });
});

describe('TIME-17 once a process lives in the namespace', () => {
  test('the offsets are frozen, for it and for its maker', () => {
    const agent = unshared();
    agent.time.setOffsets({ monotonic: 1 });
    agent.time.setOffsets({ monotonic: 2 });
    const child = agent.fork();
    for (const each of [agent, child]) {
      expect(() => each.time.setOffsets({ monotonic: 3 })).toFailWithErrno('EACCES');
      expect(each.time.offsets()).toMatchObject({ monotonic: 2n * SECOND });
    }
  });

  test('they stay so when it has ended', () => {
    const agent = unshared();
    agent.fork().exit();
    expect(() => agent.time.setOffsets({ monotonic: 3 })).toFailWithErrno('EACCES');
  });

  test('they are frozen at once if it was born there by clone', () => {
    const agent = ns.agent({ unshare: ['time'] });
    expect(() => agent.time.setOffsets({ monotonic: 1 })).toFailWithErrno('EACCES');
  });

  test('a nested namespace begins with them, and may have others', () => {
    const outer = unshared();
    outer.time.setOffsets({ monotonic: 100 });
    const middle = outer.fork();
    middle.unshare(['time']);
    expect(middle.time.offsets()).toMatchObject({ monotonic: 100n * SECOND });
    middle.time.setOffsets({ monotonic: 7 });
    expect(middle.fork().time.offsets()).toMatchObject({ monotonic: 7n * SECOND });
    expect(outer.fork().time.offsets()).toMatchObject({ monotonic: 100n * SECOND });
  });
});

describe('TIME-18 making a time namespace', () => {
  test('without CAP_SYS_ADMIN is EPERM, by unshare and by clone', () => {
    const agent = ns.agent();
    agent.user.setCapabilities({ effective: [], permitted: [] });
    expect(() => agent.unshare(['time'])).toFailWithErrno('EPERM');
    expect(() => agent.clone({ unshare: ['time'] })).toFailWithErrno('EPERM');
  });

  ns.needs('ids.many').test('by an ordinary user is EPERM', () => {
    const agent = ns.agent();
    agent.user.setresuid(OTHER);
    expect(() => agent.unshare(['time'])).toFailWithErrno('EPERM');
    expect(agent.namespaces.id('time_for_children')).toBe(ns.namespaces.ids().time);
  });

  test('by clone3 is allowed, by clone not: there the flag is a part of the exit signal', () => {
    const agent = ns.agent();
    const { CLONE, SIG } = ns.constants;
    const pid = agent.syscall('clone', CLONE.CLONE_NEWTIME | SIG.SIGCHLD, 0, 0, 0, 0);
    expect(agent.wait(pid)).toMatchObject({ code: 0 });
    expect(agent.clone({ unshare: ['time'] }).namespaces.id('time')).not.toBe(
      agent.namespaces.id('time'),
    );
  });

  test('setting its offsets without CAP_SYS_TIME is EPERM', () => {
    const agent = unshared();
    agent.user.setCapabilities({ effective: ['CAP_SYS_ADMIN'] });
    expect(() => agent.time.setOffsets({ monotonic: 1 })).toFailWithErrno('EPERM');
    agent.user.setCapabilities({ effective: ['CAP_SYS_TIME'] });
    agent.time.setOffsets({ monotonic: 1 });
  });
});

import { describe, expect, test } from '@jest/globals';
import { parseCgroups } from '../../../src/agents/cgroup';
import { flagsOf, namesOf } from '../../../src/agents/constants/flags';
import { MS } from '../../../src/agents/constants/mounts';
import { systemCallsOf } from '../../../src/agents/constants/system-calls';
import { mapText } from '../../../src/agents/id-maps';
import { parseSocketAddress, socketAddress } from '../../../src/agents/network/socket-address';
import { readTimespec, timespec } from '../../../src/agents/timespec';
import { parseIdMap } from '../../../src/helpers/id-maps';
import { decodeWaitStatus, describeStatus } from '../../../src/text/wait-status';

describe('a wait status', () => {
  test.each([
    [0x0300, { code: 3, signal: null, core: false }, 'exited with code 3'],
    [0x0009, { code: null, signal: 'SIGKILL', core: false }, 'was killed by SIGKILL'],
    [0x008b, { code: null, signal: 'SIGSEGV', core: true }, 'was killed by SIGSEGV, core dumped'],
    [0x0024, { code: null, signal: 'SIGRTMIN+2', core: false }, 'was killed by SIGRTMIN+2'],
  ])('%#x', (status, decoded, text) => {
    expect(decodeWaitStatus(status)).toStrictEqual(decoded);
    expect(describeStatus(decodeWaitStatus(status))).toBe(text);
  });

  test('of a child that goes on', () => {
    expect(decodeWaitStatus(0x137f)).toMatchObject({ stopped: 'SIGSTOP', code: null });
    expect(decodeWaitStatus(0xffff)).toMatchObject({ continued: true, code: null });
  });
});

describe('flags', () => {
  test('are numbers, a name, or names', () => {
    expect(flagsOf(MS, 5)).toBe(5);
    expect(flagsOf(MS, 'MS_BIND')).toBe(0x1000);
    expect(flagsOf(MS, ['MS_BIND', 'MS_REC', 'MS_BIND'])).toBe(0x5000);
    expect(namesOf(MS, 0x5000)).toEqual(['MS_BIND', 'MS_REC']);
  });

  test('that are unknown are named', () => {
    expect(() => flagsOf(MS, 'MS_BIDN' as never)).toThrow(/"MS_BIDN"\. Did you mean "MS_BIND"\?/);
  });
});

test('system calls have the numbers of their architecture', () => {
  expect(systemCallsOf('x64')).toMatchObject({ read: 0, clone3: 435, fork: 57 });
  expect(systemCallsOf('arm64')).toMatchObject({ read: 63, clone3: 435, fork: undefined });
});

test('id maps', () => {
  const map = [{ inside: 0, outside: 1000, count: 1 }];
  expect(mapText(map)).toBe('0 1000 1\n');
  expect(parseIdMap('         0       1000          1\n')).toEqual(map);
  expect(parseIdMap('')).toEqual([]);
});

test('control groups of both versions', () => {
  expect(parseCgroups('2:cpu,cpuacct:/a\n1:name=systemd:/b:c\n0::/\n')).toEqual([
    { hierarchy: 2, controllers: ['cpu', 'cpuacct'], path: '/a' },
    { hierarchy: 1, controllers: ['name=systemd'], path: '/b:c' },
    { hierarchy: 0, controllers: [], path: '/' },
  ]);
});

test('points in time, also before the beginning', () => {
  for (const nanoseconds of [0n, 1n, 1_500_000_000n, -1n]) {
    expect(readTimespec(timespec(nanoseconds))).toBe(nanoseconds);
  }
});

test.each([
  [{ address: '10.0.0.1', port: 80 }],
  [{ address: 'fd00::1', port: 8080 }],
  [{ path: '/tmp/a.sock' }],
  [{ abstract: 'name' }],
])('the address of a socket: %j', (where) => {
  expect(parseSocketAddress(socketAddress(where))).toEqual(where);
});

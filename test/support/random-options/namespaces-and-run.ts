import { BOOLEANS, type Makers, object, oneOf } from './combine';

const NAMES = ['user', 'mount', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time', 'mnt', 'network'];

export const namespaceMakers: Record<string, Makers> = {
  namespaces: {
    valid: [
      (random) =>
        Object.fromEntries(
          random.some(NAMES, 0, 8).map((name) => [name, random.pick([true, 'try'])]),
        ),
      (random) =>
        Object.fromEntries(
          random.some(['time', 'cgroup', 'net'], 1, 3).map((name) => [name, false]),
        ),
      oneOf(
        { mount: false, pid: false, ipc: false, user: false },
        { user: false },
        { user: false, uts: false },
      ),
    ],
    edge: [
      (random) =>
        Object.fromEntries(
          random.some(NAMES, 0, 10).map((name) => [name, random.pick([true, false, 'try'])]),
        ),
      () => Object.fromEntries(NAMES.map((name) => [name, false])),
      oneOf(
        { net: { pid: 1 } },
        { user: { pid: 1 } },
        { uts: { path: '/proc/self/ns/uts' } },
        { ipc: { pid: process.pid } },
      ),
      (random) => ({ [random.pick(NAMES)]: { path: '/proc/self/ns/net' } }),
    ],
    wrong: [
      oneOf(
        { nett: true },
        { uts: 'yes' },
        { net: 1 },
        { net: null },
        { constructor: true },
        { valueOf: 'try' },
      ),
      oneOf(
        { net: {} },
        { net: { path: '/no/where' } },
        { net: { path: '/etc' } },
        { net: { fd: -1 } },
        { net: { pid: 2 ** 31 } },
      ),
      oneOf(
        { net: { fd: 999_999 } },
        { net: { path: '/dev/null' } },
        { net: { pid: 1, fd: 3 } },
        { uts: { path: 'relative' } },
      ),
    ],
  },
};

export const runMakers: Record<string, Makers> = {
  baseEnvironment: {
    valid: [oneOf('node', 'jsdom', './mine.js')],
    edge: [oneOf(' ', 'x'.repeat(100_000))],
    wrong: [oneOf('', 'a\0b')],
  },
  baseEnvironmentOptions: {
    valid: [oneOf({}, { url: 'http://localhost/' }, { mine: { deep: [1] } })],
    edge: [object({ circular: () => new Set(['no option']) })],
    wrong: [oneOf('{}', [['url', 'x']])],
  },
  timeout: {
    valid: [oneOf(false, 1, 60_000)],
    edge: [oneOf(2 ** 31 - 1)],
    wrong: [oneOf(0, -1, true, 2 ** 31, 1.5)],
  },
  global: BOOLEANS,
  onUnsupported: {
    valid: [oneOf('fail', 'skip', 'run')],
    edge: [oneOf('skip')],
    wrong: [oneOf('warn', 'FAIL', ['skip'])],
  },
  launch: {
    valid: [oneOf('auto', 'fork', 'exec')],
    edge: [oneOf('exec')],
    wrong: [oneOf('vfork', 'EXEC', ['fork'])],
  },
  leaks: {
    valid: [oneOf('fail', 'report', 'ignore')],
    edge: [oneOf('ignore')],
    wrong: [oneOf('warn', false, ['fail'])],
  },
  keep: {
    valid: [oneOf('never', 'on-failure', 'always')],
    edge: [oneOf('never')],
    wrong: [oneOf('on-success', true, ['always'])],
  },
};

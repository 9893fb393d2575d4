import { BOOLEAN, BOOLEANS, type Makers, object, ofScene, oneOf, withSome } from './combine';

const CAPABILITIES = [
  'ALL',
  'CAP_CHOWN',
  'SYS_ADMIN',
  'NET_ADMIN',
  'CAP_SETUID',
  'SETPCAP',
  'CAP_BPF',
  'CHECKPOINT_RESTORE',
];
const LIMITS = [
  'as',
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
];
/** What the program needs to end, and what ns-init does after the filter is in force. */
const NEEDED_CALLS = ['execve', 'exit_group', 'exit', 'write', 'close', 'rt_sigprocmask', 'chdir'];

export const processMakers: Record<string, Makers> = {
  env: {
    valid: [oneOf({}, { A: '1', B: null, 'with.dot': '' }, { PATH: null })],
    edge: [
      () => JSON.parse('{"__proto__": "x", "constructor": null}'),
      (random) => ({ BIG: 'x'.repeat(random.pick([131_067, 131_068, 131_069, 3_000_000])) }),
      () =>
        Object.fromEntries(
          Array.from({ length: 30 }, (_, index) => [`V${index}`, 'x'.repeat(100_000)]),
        ),
      oneOf({ LD_PRELOAD: '/no/where.so' }, { 'ü\n': '💥' }),
    ],
    wrong: [
      oneOf({ A: 1 }, { 'A=B': 'x' }, { '': 'x' }, { A: 'a\0b' }, { A: undefined }, { A: ['x'] }),
    ],
  },
  clearEnv: BOOLEANS,
  cwd: {
    valid: [oneOf('/', '/tmp', '/proc/self', '/usr')],
    edge: [
      oneOf(
        '/no/where',
        '/etc/passwd',
        '/root',
        '/dev/null',
        `/${'deep/'.repeat(900)}`,
        '/proc/1/cwd',
      ),
      ofScene(({ tree }) => tree),
    ],
    wrong: [oneOf('tmp', '', './', 'a\0b')],
  },
  umask: {
    valid: [oneOf(0o022, '077', '22', 0)],
    edge: [oneOf(0o777, '777', '0777', 0o111)],
    wrong: [oneOf(-1, 0o1000, '8', '', '00022', 1.5)],
  },
  passFds: {
    valid: [
      ofScene(
        ({ fd }) => [fd],
        () => [],
      ),
    ],
    edge: [
      ofScene(
        ({ fd }) => [fd, fd],
        () => [3],
        () => [200],
        () => [65_535],
      ),
    ],
    wrong: [oneOf([0], [1, 2], [-1], [65_536], ['3'], [3.5])],
  },
  newSession: BOOLEANS,
  asPid1: BOOLEANS,
  forwardSignals: {
    valid: [BOOLEAN, oneOf([], ['SIGTERM', 'SIGUSR2'])],
    edge: [oneOf(['SIGTERM', 'SIGTERM'], ['SIGHUP', 'SIGWINCH', 'SIGPIPE'])],
    wrong: [oneOf(['SIGKILL'], ['TERM'], ['constructor'], [15], 'SIGTERM')],
  },
  killSignal: {
    valid: [oneOf('SIGTERM', 'SIGINT', 'SIGKILL')],
    edge: [oneOf('SIGSTOP', 'SIGWINCH')],
    wrong: [oneOf('TERM', 'sigterm', 15, 'SIGRTMIN')],
  },
  killDelay: {
    valid: [oneOf(1, 50, 500)],
    edge: [oneOf(0, 2 ** 31 - 1)],
    wrong: [oneOf(-1, 2 ** 31, 0.5, '50')],
  },
  rlimits: {
    valid: [
      (random) =>
        Object.fromEntries(
          random
            .some(LIMITS, 0, 4)
            .map((name) => [name, random.pick(['soft', { soft: 'soft' }, { hard: 'hard' }])]),
        ),
      oneOf(
        { nofile: { soft: 64, hard: 256 }, RLIMIT_CORE: 0 },
        { fsize: 0 },
        { stack: { soft: 'hard' } },
      ),
    ],
    edge: [
      (random) => ({
        [random.pick(LIMITS)]: random.pick([0, 1, 4096, 'unlimited', Number.MAX_SAFE_INTEGER]),
      }),
      oneOf({ nofile: 2 ** 40 }, { as: 1 }, { stack: 0 }, { cpu: 0 }, { nproc: 0 }, { nice: 40 }),
    ],
    wrong: [
      oneOf(
        { files: 1 },
        { nofile: -1 },
        { nofile: {} },
        { nofile: { soft: 2, hard: 1 } },
        { nofile: null },
        { constructor: 1 },
        { NOFILE: 5 },
      ),
    ],
  },
  capabilities: {
    valid: [
      (random) => ({ drop: random.some(CAPABILITIES, 1, 4) }),
      oneOf({ drop: ['ALL'], add: ['NET_BIND_SERVICE'] }, { add: ['CHOWN'] }),
    ],
    edge: [
      (random) => ({ add: random.some(CAPABILITIES, 0, 3), drop: random.some(CAPABILITIES, 0, 3) }),
      oneOf(
        { add: ['ALL'] },
        { add: ['ALL'], drop: ['CHOWN'] },
        { add: ['SYS_MODULE', 'SYS_MODULE'] },
      ),
    ],
    wrong: [
      oneOf(
        {},
        { add: [] },
        { add: ['CAP_FLY'] },
        { drop: ['cap_chown'] },
        { add: [1] },
        { keep: ['CHOWN'] },
        { add: ['ALL'], drop: ['ALL'] },
      ),
    ],
  },
  noNewPrivileges: BOOLEANS,
  seccomp: {
    valid: [
      withSome(
        { deny: oneOf(['mount', 'symlink'], ['ptrace'], ['open', 'openat']) },
        { action: oneOf('errno', 'kill', 'log', { errno: 'ENOSYS' }) },
      ),
      object({ allow: () => NEEDED_CALLS, action: oneOf('errno', 'log') }),
    ],
    edge: [
      object({
        deny: oneOf(['exit_group', 'exit'], ['write'], ['close'], ['chdir']),
        action: oneOf('kill', 'errno', 'log'),
      }),
      object({
        allow: oneOf(['execve'], ['execve', 'read']),
        action: oneOf('kill', 'errno', { errno: 'EWOULDBLOCK' }),
      }),
      object({ allow: oneOf(['read']), action: oneOf('log', 'errno') }),
      object({ deny: oneOf(['execve']), action: oneOf('log', 'errno') }),
    ],
    wrong: [
      oneOf(
        {},
        { deny: [] },
        { deny: ['fly'] },
        { deny: ['mount'], allow: [] },
        { deny: ['mount'], action: 'trap' },
        { deny: ['constructor'] },
      ),
      oneOf(
        { deny: ['mount'], action: { errno: 'ENOTHING' } },
        { deny: ['mount'], action: { errno: 5 } },
        { deny: 'mount' },
        { deny: ['mount'], action: { errno: 'constructor' } },
      ),
    ],
  },
  time: {
    valid: [
      oneOf(
        { monotonic: 1.5 },
        { boottime: 86_400 * 365 },
        { monotonic: { secs: 5, nanos: 999_999_999 }, boottime: 0 },
      ),
    ],
    edge: [
      oneOf(
        { monotonic: -1e6 },
        { boottime: 4_611_686_018 },
        { monotonic: -0.000_000_000_1 },
        { monotonic: Number.MIN_VALUE },
        { boottime: { secs: Number.MIN_SAFE_INTEGER } },
      ),
    ],
    wrong: [
      oneOf(
        {},
        { realtime: 1 },
        { monotonic: '1' },
        { monotonic: Number.NaN },
        { monotonic: { secs: 1, nanos: 1e9 } },
        { monotonic: { nanos: 5 } },
        { boottime: 1e300 },
      ),
    ],
  },
  sysctl: {
    valid: [
      oneOf({}, { 'net.ipv4.ip_forward': 1 }, { 'net.ipv4.ip_local_port_range': '1024 65535' }),
    ],
    edge: [
      oneOf(
        { 'net.no.such': 1 },
        { 'net.ipv4.ip_forward': 'text' },
        { 'kernel.shmmax': '65536' },
        { 'net.ipv4.conf.lo.forwarding': '' },
        { 'net.a/b': 1 },
      ),
      oneOf(
        { 'user.max_user_namespaces': 5 },
        { 'fs.mqueue.msg_max': 20 },
        { 'net.ipv4': 1 },
        { 'kernel.sem': 'x'.repeat(5000) },
      ),
    ],
    wrong: [
      oneOf(
        { 'vm.swappiness': 1 },
        { 'kernel.hostname': 'x' },
        { 'net../../vm.swappiness': 1 },
        { constructor: 1 },
        { 'net.x': null },
        { 'net.x': 'a\nb' },
        { '': 1 },
      ),
    ],
  },
};

import { expect, test } from '@jest/globals';
import { SandboxError } from '../../../src/errors/sandbox-error';
import { initArguments } from '../../../src/launch/init-arguments';
import { readOptions } from '../../../src/options/read-options';
import { toSandboxSpec } from '../../../src/options/sandbox-spec';
import { fuzz, mutateValue } from '../../support/fuzz';
import { USER } from '../../support/identities';

type Options = Record<string, unknown>;

/** Between them every option, in its several forms. */
const OPTIONS: Options[] = [
  {},
  {
    namespaces: { user: true, net: 'try', time: false, ipc: { pid: 1 } },
    hostname: 'h',
    domainname: 'd',
  },
  { mapRootUser: true, mapCurrentUser: false, setgroups: 'deny', uid: 0, gid: 0 },
  { uidMap: [{ inside: 0, outside: 1000, count: 1 }], gidMap: [{ inside: 0, outside: 100 }] },
  { mapAuto: true },
  {
    tmpfs: ['/tmp', '/srv'],
    bind: [{ source: '/etc', target: '/tmp/etc', readonly: true, dev: false, try: true }],
  },
  {
    root: { type: 'overlay', lower: ['/srv'], size: '64m', readonly: true },
    mounts: [
      { type: 'tmpfs', target: '/tmp/t', size: '1m', mode: '700', options: ['noexec'] },
      { type: 'overlay', target: '/tmp/o', lower: ['/etc'], upper: '/tmp/u', work: '/tmp/w' },
      { type: 'file', target: '/tmp/f', content: 'text', mode: '600' },
      { type: 'symlink', target: '/tmp/l', source: 'f' },
    ],
  },
  { root: { type: 'directory', source: '/srv', overlay: false } },
  {
    root: 'empty',
    hosts: { 'a.test': '10.0.0.1' },
    dns: { nameservers: ['10.0.0.1'], search: ['test'] },
  },
  {
    maskedPaths: ['/proc/kcore'],
    readonlyPaths: ['/opt'],
    propagation: 'slave',
    dev: 'none',
    loopback: false,
  },
  {
    network: { type: 'veth', mtu: 1400, cidr: '10.9.0.0/24', nat: false, ifname: 'e0' },
    publish: ['[::1]:53:53/udp'],
  },
  {
    links: [
      { name: 'a', kind: 'veth', peer: 'b', mtu: 1400 },
      { name: 'v', kind: 'vxlan', id: 5, remote: '10.0.0.9' },
    ],
    addresses: [{ interface: 'a', address: 'fd00::1/64' }],
    routes: [{ destination: 'default', gateway: '10.0.0.1', metric: 5 }],
    neighbours: [{ interface: 'a', address: '10.0.0.2', hardwareAddress: '02:00:00:00:00:01' }],
  },
  {
    env: { A: 'b', C: null },
    clearEnv: true,
    cwd: '/',
    umask: '022',
    passFds: [0],
    newSession: false,
  },
  {
    asPid1: true,
    forwardSignals: ['SIGTERM'],
    killSignal: 'SIGINT',
    killDelay: 100,
    noNewPrivileges: true,
  },
  {
    rlimits: { nofile: { soft: 256, hard: 'hard' }, core: 0 },
    capabilities: { add: ['CHOWN'], drop: ['ALL'] },
  },
  {
    seccomp: { deny: ['symlink'], action: { errno: 'ENOSYS' } },
    time: { monotonic: -1.5, boottime: { secs: 5, nanos: 1 } },
  },
  {
    sysctl: { 'net.ipv4.ip_forward': 1, 'kernel.shmmax': '65536' },
    cgroup: { memoryMax: '64m', pidsMax: 10, cpuMax: 0.5, try: true },
  },
  {
    baseEnvironment: 'node',
    baseEnvironmentOptions: { url: 'http://a/' },
    timeout: 1000,
    global: true,
    launch: 'exec',
    onUnsupported: 'skip',
  },
];
const NEEDED = {
  folders: ['/srv/project'],
  written: ['/srv/project'],
  others: ['/etc/resolv.conf'],
};
const DESCRIPTORS = { channel: 3, status: 4, lifeline: 5, debug: 6, copy: 7 };

const SPEC_EVERY = 20;
let accepted = 0;

test('options are read, or refused in one clear error', () => {
  expect(
    fuzz<unknown>({
      inputs: OPTIONS,
      // Jest itself sees to it that they are an object.
      mutate: (random, options) => {
        const changed = mutateValue(random, options);
        const isObject = typeof changed === 'object' && changed !== null && !Array.isArray(changed);
        return isObject ? changed : options;
      },
      ask: (options) => {
        const checked = readOptions(options as Options);
        // This one looks at files.
        if (accepted++ % SPEC_EVERY !== 0) return '';
        const spec = toSandboxSpec(checked, NEEDED, USER);
        const words = initArguments(spec, ['true'], DESCRIPTORS, []);
        // A command line cannot say it.
        return words.every((word) => typeof word === 'string' && !word.includes('\0'))
          ? ''
          : `words: ${words}`;
      },
      isOwnError: (error) =>
        error instanceof SandboxError && !/\[object Object\]|undefined is not/.test(error.message),
      show: (options) =>
        String(
          JSON.stringify(options, (_, value) =>
            typeof value === 'object' ? value : String(value),
          ),
        ),
    }),
  ).toBeUndefined();
});

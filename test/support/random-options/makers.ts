/** What random values are made by: one row per option. */
import { type Maker, type Makers, oneOf } from './combine';
import { fileMakers } from './files';
import { idMakers } from './ids';
import { limitMakers } from './limits';
import { namespaceMakers, runMakers } from './namespaces-and-run';
import { networkMakers } from './network';
import { processMakers } from './processes';

export const MAKERS: Record<string, Makers> = {
  ...fileMakers,
  ...idMakers,
  ...limitMakers,
  ...namespaceMakers,
  ...networkMakers,
  ...processMakers,
  ...runMakers,
};

/** Wrong for nearly every option, as a configuration written in JavaScript may have them. */
export const WRONG_TYPES: Maker[] = [
  oneOf(null, true, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53),
  oneOf('', ' ', '\0', 'a\0b', '\ud800', '💥'.repeat(30), 'x'.repeat(10_000), 'constructor'),
  oneOf([], [[]], [null], [undefined], [Number.NaN], Array(3), [['/tmp']], ['']),
  () => 10n,
  () => Symbol('option'),
  () => () => 'function',
  () => new Date(0),
  () => new Map([['a', 1]]),
  () => /regexp/,
  () => Buffer.from('bytes'),
  () => Object.create(null),
  () => Object.assign(Object.create(null), { type: Object.create(null) }),
  oneOf({}, { constructor: true }, { toString: 1 }, { '': '' }, { a: { b: { c: [] } } }),
  // As JSON has it: an own key of that name.
  () => JSON.parse('{"__proto__": true}'),
  () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    return circular;
  },
];

/** Options that say the opposite of each other, or that something else keeps from having an effect. */
export const CONTRADICTIONS: Record<string, unknown>[] = [
  { mapRootUser: true, mapCurrentUser: true },
  { mapRootUser: false, mapCurrentUser: false },
  { mapRootUser: true, uid: 5 },
  { mapCurrentUser: true, gidMap: [{ inside: 0, outside: 0 }] },
  { mapAuto: true, mapCurrentUser: true },
  { mapAuto: true, mapRootUser: false },
  { mapAuto: true, uidMap: [{ inside: 0, outside: 0 }] },
  { uid: 7, uidMap: [{ inside: 0, outside: 0 }] },
  { setgroups: 'allow', namespaces: { user: false } },
  { namespaces: { mount: false } },
  { namespaces: { mount: false, pid: false } },
  { namespaces: { mount: false, pid: false, ipc: false, user: false }, tmpfs: ['/tmp'] },
  { namespaces: { mount: 'try' }, root: { type: 'empty' } },
  { namespaces: { net: false }, loopback: false },
  { namespaces: { net: false }, mounts: [{ type: 'sysfs', target: '/tmp/sys' }] },
  { namespaces: { net: false }, sysctl: { 'net.ipv4.ip_forward': 1 } },
  { namespaces: { uts: false, user: false }, hostname: 'web-1' },
  { namespaces: { pid: false }, asPid1: true },
  { namespaces: { pid: false }, mounts: [{ type: 'proc', target: '/tmp/proc' }] },
  { namespaces: { time: false }, time: { monotonic: 1 } },
  { root: { type: 'empty' }, propagation: 'slave' },
  { root: { type: 'overlay' }, propagation: 'unchanged' },
  { root: { type: 'overlay', readonly: true } },
  { root: { type: 'host', readonly: true }, mounts: [{ type: 'dir', target: '/mnt/made' }] },
  { killSignal: 'SIGINT' },
  { killSignal: 'SIGINT', killDelay: 0 },
  { seccomp: { deny: ['mount'], allow: ['read'] } },
  { capabilities: { add: ['CHOWN'], drop: ['CAP_CHOWN'] } },
  { rlimits: { nofile: 10, RLIMIT_NOFILE: 20 } },
  { rlimits: { core: { soft: 2, hard: 1 } } },
  { cgroup: { try: true } },
  { network: 'host', links: [{ name: 'a', kind: 'dummy' }] },
  { network: 'none', loopback: true },
  { network: 'loopback', namespaces: { net: false } },
  { namespaces: { net: false }, addresses: [{ interface: 'lo', address: '10.0.0.1/8' }] },
  { loopback: false, publish: ['127.0.0.1:39001:80'] },
];

/** Names that are no option. */
export const UNKNOWN_NAMES = [
  ...[
    'hostNmae',
    'net',
    '',
    '0',
    'constructor',
    'toString',
    'hasOwnProperty',
    '__proto__',
    'ns-jest',
  ],
  'root.type',
];

// Checked by `tsc -p test/types`, never run: every option, as a configuration in TypeScript writes it.
import type {
  BindMount,
  CgroupOptions,
  ClockOffset,
  ClockOffsets,
  Dns,
  FileRunOptions,
  Hosts,
  IdMapping,
  LinkKind,
  NamespaceChoice,
  NamespaceToJoin,
  NetworkSettings,
  NetworkType,
  Rlimit,
  RlimitName,
  RlimitValue,
  RootOption,
  SandboxAddress,
  SandboxCapabilities,
  SandboxEnvironment,
  SandboxLink,
  SandboxMount,
  SandboxNeighbour,
  SandboxOptions,
  SandboxRoute,
  Seccomp,
  TmpfsMount,
  UplinkType,
} from '../../src';

const joined: NamespaceToJoin = { path: '/run/netns/blue' };
const choice: NamespaceChoice = 'try';
const ids: IdMapping[] = [{ inside: 0, outside: 1000, count: 1 }];
const root: RootOption = { type: 'overlay', lower: ['/srv/tree'], size: '64m' };
const mounts: SandboxMount[] = [
  { type: 'bind', source: '/usr', readonly: true },
  { type: 'tmpfs', target: '/tmp/x', size: 4096, mode: '700', options: 'nr_inodes=100' },
  { type: 'proc', target: '/tmp/proc' },
  { type: 'overlay', target: '/tmp/over', lower: ['/etc'], upper: '/srv/upper', work: '/srv/work' },
  { type: 'file', target: '/tmp/file', content: '', mode: '600' },
  { type: 'symlink', target: '/tmp/link', source: 'file' },
  { type: 'dir', target: '/tmp/dir' },
];
const bind: BindMount = { source: '/run/docker.sock', try: true };
const tmpfs: (string | TmpfsMount)[] = ['/run', { path: '/tmp', size: '64m' }];
const hosts: Hosts = { 'db.test': ['10.0.0.2', '::2'] };
const dns: Dns = { servers: ['10.0.0.53'], search: ['test'], options: ['ndots:1'] };
const cgroup: CgroupOptions = { memoryMax: '64m', pidsMax: 50, cpuMax: 0.5, try: true };
const type: NetworkType | UplinkType = 'pasta';
const network: NetworkSettings = { type, mtu: 1400, ifname: 'eth1', disableHostLoopback: false };
const kind: LinkKind = 'veth';
const links: SandboxLink[] = [{ name: 'left', kind, peer: 'right', up: true }];
const addresses: SandboxAddress[] = [{ interface: 'left', address: '10.0.0.1/24' }];
const routes: SandboxRoute[] = [{ destination: 'default', gateway: '10.0.0.2' }];
const neighbours: SandboxNeighbour[] = [
  { interface: 'left', address: '10.0.0.9', hardwareAddress: '02:00:00:00:00:01' },
];
const env: SandboxEnvironment = { LANG: 'C', HTTP_PROXY: null };
const capabilities: SandboxCapabilities = { drop: ['ALL'], add: ['NET_ADMIN'] };
const value: RlimitValue = 'unlimited';
const rlimit: Rlimit = { soft: value, hard: 1024 };
const name: RlimitName = 'nofile';
const seccomp: Seccomp = { deny: ['mount'], action: { errno: 'ENOSYS' } };
const offset: ClockOffset = { secs: 5, nanos: 1 };
const time: ClockOffsets = { monotonic: 1.5, boottime: offset };
const run: FileRunOptions = { timeout: false };

/** Every option there is. */
export const options: Required<SandboxOptions> = {
  ...(run as Required<FileRunOptions>),
  namespaces: { user: true, net: joined, time: choice, mnt: true },
  hostname: 'web-1',
  domainname: 'example',
  mapRootUser: true,
  mapCurrentUser: false,
  mapAuto: false,
  uidMap: ids,
  gidMap: [{ inside: 0, outside: 1000 }],
  setgroups: 'deny',
  uid: 0,
  gid: 0,
  root,
  mounts,
  bind: [bind],
  tmpfs,
  dev: 'minimal',
  hosts,
  dns,
  propagation: 'private',
  maskedPaths: ['/proc/kcore'],
  readonlyPaths: ['/srv'],
  loopback: true,
  network,
  publish: ['127.0.0.1:8080:80/tcp'],
  links,
  addresses,
  routes,
  neighbours,
  env,
  clearEnv: true,
  cwd: '/tmp',
  umask: '077',
  passFds: [7],
  newSession: false,
  asPid1: false,
  forwardSignals: ['SIGTERM'],
  killSignal: 'SIGINT',
  killDelay: 500,
  rlimits: { [name]: rlimit, RLIMIT_CORE: 0 } as SandboxOptions['rlimits'] & object,
  capabilities,
  noNewPrivileges: true,
  seccomp,
  time,
  sysctl: { 'net.ipv4.ip_forward': 1 },
  cgroup,
};

// @ts-expect-error a slip
export const slip: SandboxOptions = { hostNmae: 'web-1' };
// @ts-expect-error a bind has a source
export const nothing: SandboxMount = { type: 'bind', target: '/mnt' };
// @ts-expect-error a mode is text
export const mode: SandboxMount = { type: 'dir', target: '/tmp/x', mode: 755 };
// @ts-expect-error there is no such root
export const other: RootOption = { type: 'image', source: 'alpine' };

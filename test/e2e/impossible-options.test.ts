/** Options that contradict each other, or that this machine or user cannot have: one clear error, and nothing left. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isRoot, onAnotherHost } from '../support/another-host';
import { type HostState, hostWithoutSockets } from '../support/host';
import { ENTRY_LINES, NS_INIT } from '../support/package';
import { Project } from '../support/project';

const WITHOUT_CGROUPS = onAnotherHost('mount -t tmpfs none /sys/fs/cgroup');
const ON_AN_OVERLAY = onAnotherHost(
  `cd /mnt; mount -t tmpfs none .; cd /mnt; mkdir lower upper work merged
  mount -t overlay none merged -o lowerdir=lower,upperdir=upper,workdir=work,userxattr
  mkdir merged/upper merged/work; cd "$OLDPWD"`,
);
/** Root has every id: one of a container that has a thousand has not. An ordinary user has what is allotted. */
const WITH_FEW_IDS = isRoot
  ? [NS_INIT, '--unshare=user', '--uid-map=0:0:1000', '--gid-map=0:0:1000', '--']
  : [];
/** Nor has root every right everywhere. */
const WITHOUT_NET_ADMIN = isRoot ? ['setpriv', '--bounding-set=-net_admin'] : [];

const project = new Project({ 'a.test.js': `test('never runs', () => {});` });
const tree = path.join(project.folder, 'tree');
mkdirSync(tree);
afterAll(() => project.remove());

const listed = () =>
  execFileSync('find', [tree, project.folder, '-maxdepth', '1', '-printf', '%p %m\n'], {
    encoding: 'utf8',
  });
let before: HostState;
beforeEach(() => {
  before = hostWithoutSockets();
});
afterEach(() => {
  expect(hostWithoutSockets()).toEqual(before);
  expect(readdirSync(tree)).toEqual([]);
});

interface Impossible {
  options: object;
  says: RegExp;
  wrapper?: string[];
}

const IMPOSSIBLE: Record<string, Impossible> = {
  'contradictory root modes: an overlay over the host that is read-only': {
    options: { root: { type: 'overlay', readonly: true } },
    says: /The option "root" contradicts itself: "overlay", but read-only is \{ type: 'host' \}/,
  },
  'contradictory root modes: a size of what is not written': {
    options: { root: { type: 'directory', source: tree, overlay: false, size: '1m' } },
    says: /The option "root" contradicts itself: "size", but without an overlay there is nothing of that size/,
  },
  "contradictory root modes: the host's mount events in a root of its own": {
    options: { root: { type: 'empty' }, propagation: 'slave' },
    says: /The option "propagation" cannot be "slave" with a root of its own/,
  },
  'a root that is had, in a mount namespace that is only tried': {
    options: { root: { type: 'empty' }, namespaces: { mount: 'try' } },
    says: /The option "root" needs a mount namespace that is had, not only tried/,
  },
  'a directory as root that has no place for mounts, and may not be written to': {
    options: { root: { type: 'directory', source: tree, overlay: false } },
    says: /Could not open the sandbox: step "[^"]+" '[^']+' failed with ENOENT/,
  },
  'a bind of nothing': {
    options: { bind: [{ source: '/no/where', target: '/mnt' }] },
    says: /The source of "bind\[0\]" does not exist: \/no\/where/,
  },
  'a bind without a source': {
    options: { mounts: [{ type: 'bind', target: '/mnt' }] },
    says: /Expected the option "mounts\[0\]\.source" to be a non-empty string without NUL, got undefined/,
  },
  'a range of ids that is not allotted': {
    options: { uidMap: [{ inside: 0, outside: 4_000_000_000, count: 2 }] },
    says: isRoot
      ? /The option "uidMap" asks for the ids 4000000000-4000000001, which do not exist here/
      : /The option "uidMap" (asks for the ids 4000000000-4000000001, which are not allotted to|needs newuidmap)/,
    wrapper: WITH_FEW_IDS,
  },
  'a limit on a host without controllers': {
    options: { cgroup: { memoryMax: '64m' } },
    says: /The option "cgroup\.memoryMax" cannot be had here\s+No cgroup file system with the controller memory is mounted here/,
    wrapper: WITHOUT_CGROUPS,
  },
  "a veth pair without the right to the host's network": {
    options: { network: 'veth' },
    says: /The option "network" cannot be "veth" for an ordinary user\s+A veth pair has one end in the host's network[^\n]*\s+Run as root, or set network: 'pasta'/,
    wrapper: WITHOUT_NET_ADMIN,
  },
  'an overlay on an overlay': {
    options: {
      mounts: [
        {
          type: 'overlay',
          target: '/tmp/over',
          lower: ['/etc'],
          upper: '/mnt/merged/upper',
          work: '/mnt/merged/work',
        },
      ],
    },
    says: /The option "mounts\[0\]" is no overlay that the kernel makes\s+\/mnt\/merged\/upper lies on an overlay itself/,
    wrapper: ON_AN_OVERLAY,
  },
  'an overlay whose layers overlap': {
    options: { mounts: [{ type: 'overlay', target: '/tmp/over', lower: ['/etc', '/etc'] }] },
    says: /The option "mounts\[0\]" is no overlay that the kernel makes\s+\/etc lies in \/etc: layers must not overlap/,
  },
};

describe.each(ENTRY_LINES)('$line', ({ config }) => {
  test.each(Object.entries(IMPOSSIBLE))('%s', async (_, { options, says, wrapper = [] }) => {
    const cacheDirectory = path.join(project.folder, 'cache');
    mkdirSync(cacheDirectory, { recursive: true });
    const files = listed();
    const run = await project.run(
      { ...config, cacheDirectory, testEnvironmentOptions: options },
      { wrapper },
    );
    expect(run.stderr).toMatch(says);
    expect(run.stderr.match(new RegExp(says, 'g'))).toHaveLength(1);
    expect(run.code).toBe(1);
    expect(run.json?.numTotalTests ?? 0).toBe(0);
    expect(listed().replace(/^.*report\.json.*\n/m, '')).toBe(
      files.replace(/^.*report\.json.*\n/m, ''),
    );
  });
});

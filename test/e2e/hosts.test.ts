/**
 * Hosts that lack something: a run of Jest and `ns-jest doctor` say the same of it, which step, errno, cause and
 * fix. Each is this machine with the thing taken away.
 */
import { spawn } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AS_UNDER_APPARMOR,
  belowSeccomp,
  IN_CHROOT,
  IN_MOUNTED_CHROOT,
  inUserNamespace,
  isRoot,
  WITH_FULL_TMP,
  WITH_MASKED_PROC,
  WITH_NOEXEC,
  WITH_READONLY_PROC,
  WITH_READONLY_TMP,
  WITHOUT_NEWUIDMAP,
  WITHOUT_TUN,
} from '../support/another-host';
import { type HostState, hostWithoutSockets } from '../support/host';
import { works } from '../support/network';
import { PACKAGE } from '../support/package';
import { Project } from '../support/project';
import { testIf } from '../support/test-if';

const EPERM = 1;
const ENOSYS = 38;

const CONFIG = { preset: 'ns-jest', cacheDirectory: '<rootDir>/cache' };
// Not below /tmp, which some of these hosts have another of.
const project = new Project(
  { 'a.test.js': `test('passes', () => {});`, 'package.json': JSON.stringify({ jest: CONFIG }) },
  '/var/tmp',
);
symlinkSync(
  path.join(PACKAGE, 'node_modules', 'jest'),
  path.join(project.folder, 'node_modules', 'jest'),
);
afterAll(() => project.remove());

let before: HostState;
beforeEach(() => {
  before = hostWithoutSockets();
});
afterEach(() => expect(hostWithoutSockets()).toEqual(before));

interface Finding {
  name: string;
  required: boolean;
  works: boolean;
  error?: { message: string; step?: string; code?: string; reason?: string; fix?: string };
}

interface Examined {
  code: number | null;
  ok: boolean;
  /** By name, what failed. */
  failed: Record<string, Finding>;
}

async function doctor(wrapper: string[], env: NodeJS.ProcessEnv = {}): Promise<Examined> {
  const main = path.join(project.folder, 'node_modules', 'ns-jest', 'dist', 'cli', 'main.js');
  const [command = '', ...words] = [...wrapper, process.execPath, main, 'doctor', '--json'];
  const child = spawn(command, words, {
    cwd: project.folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (!stdout.startsWith('{')) throw new Error(`The doctor ended with ${code}: ${stderr}`);
  const { ok, probes } = JSON.parse(stdout) as { ok: boolean; probes: Finding[] };
  const failed = probes.filter(({ works }) => !works).map((finding) => [finding.name, finding]);
  return { code, ok, failed: Object.fromEntries(failed) };
}

interface Host {
  wrapper: string[];
  /** The probe whose line says why. */
  probe: string;
  /** Of the test file. */
  options?: object;
  says: string[];
  /** Whether a default sandbox can be had there. */
  ok?: boolean;
}

const ofLimit = (name: string): Host => ({
  wrapper: inUserNamespace(`echo 0 >/proc/sys/user/max_${name}_namespaces`),
  probe: 'namespaces',
  says: [
    'Could not open the sandbox: step "clone namespaces" failed with ENOSPC (no space left on device)',
    `The limit user.max_${name}_namespaces is 0: the kernel counts namespaces, not disk space.`,
    `Run: sudo sysctl -w user.max_${name}_namespaces=28633`,
  ],
});

const SECCOMP = [
  'A seccomp filter is in force here, as in a Docker container, and refuses new namespaces.',
  'Start the container with: --security-opt seccomp=unconfined --security-opt systempaths=unconfined',
];

const IN_A_CHROOT = [
  'Could not open the sandbox: step "clone namespaces" failed with EPERM (operation not permitted)',
  'This process runs in a chroot, where the kernel refuses user namespaces (user_namespaces(7)).',
  'Enter the root file system with pivot_root instead of chroot.',
];

const HOSTS: Record<string, Host> = {
  'a seccomp filter that answers EPERM, as in Docker': {
    wrapper: belowSeccomp(EPERM),
    probe: 'namespaces',
    says: [
      'Could not open the sandbox: step "clone namespaces" failed with EPERM (operation not permitted)',
      ...SECCOMP,
    ],
  },
  'a seccomp filter that answers ENOSYS': {
    wrapper: belowSeccomp(ENOSYS),
    probe: 'namespaces',
    says: [
      'Could not open the sandbox: step "clone namespaces" failed with ENOSYS (function not implemented)',
      ...SECCOMP,
    ],
  },
  'a /proc of which parts are covered': {
    wrapper: WITH_MASKED_PROC,
    probe: '/proc',
    says: [
      // Root's first is out of sight.
      `Could not open the sandbox: step "mount proc" '/proc`,
      'failed with EPERM (operation not permitted)',
      'Parts of /proc or /sys are masked, as in a container, so the kernel refuses a new one.',
      'Docker: --security-opt seccomp=unconfined --security-opt systempaths=unconfined; podman: --security-opt unmask=ALL',
    ],
  },
  'a /proc that is read-only': {
    wrapper: WITH_READONLY_PROC,
    probe: 'ids',
    says: [
      `failed with EROFS (read-only file system)`,
      '/proc is mounted read-only, and the kernel takes id maps through files in it.',
      'Run: mount -o remount,bind,rw /proc, or start Jest where it is writable.',
    ],
  },
  'a file system mounted with noexec': {
    wrapper: WITH_NOEXEC,
    probe: 'binaries',
    says: [
      'Could not load the addon: ',
      'The file system it lies on is mounted with noexec.',
      'Install the project on another one, or run: sudo mount -o remount,exec on it.',
    ],
  },
  'no user namespaces (user.max_user_namespaces = 0)': ofLimit('user'),
  'no network namespaces (user.max_net_namespaces = 0)': ofLimit('net'),
  'no time namespaces (user.max_time_namespaces = 0)': ofLimit('time'),
  'a chroot': { wrapper: IN_CHROOT, probe: 'namespaces', says: IN_A_CHROOT },
  'a chroot into a mount': { wrapper: IN_MOUNTED_CHROOT, probe: 'namespaces', says: IN_A_CHROOT },
  'a user without an id': {
    wrapper: ['unshare', '--user'],
    probe: 'namespaces',
    says: [
      'Could not open the sandbox: step "clone namespaces" failed with EPERM (operation not permitted)',
      'The user or group that Jest runs as has no id in the user namespace around it (/proc/self/uid_map, gid_map).',
      'Run Jest as one that has, or map this one there: unshare --map-root-user',
    ],
  },
  'an AppArmor that takes rights away, as on Ubuntu': {
    wrapper: AS_UNDER_APPARMOR,
    probe: 'sandbox',
    says: [
      `Could not open the sandbox: step "make mounts private" '/' failed with EACCES (permission denied)`,
      'AppArmor restricts unprivileged user namespaces (kernel.apparmor_restrict_unprivileged_userns = 1).',
      'Run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    ],
  },
  'no newuidmap': {
    wrapper: WITHOUT_NEWUIDMAP,
    probe: 'further ids',
    options: { uidMap: [{ inside: 0, outside: 300_000, count: 2 }] },
    says: ['The program newuidmap is not installed.', 'On Debian: sudo apt install uidmap'],
    ok: true,
  },
};

/** Of root alone. */
const CAPABILITIES: Record<string, Host> = {
  'a root without capabilities': {
    wrapper: ['setpriv', '--bounding-set=-all', '--inh-caps=-all'],
    probe: 'ids',
    says: [
      `Could not open the sandbox: step "write uid_map" '0 0 1' failed with EPERM (operation not permitted)`,
      'This root lacks CAP_SETFCAP, without which id 0 can be mapped into no sandbox (Linux 5.12, user_namespaces(7)).',
      'Run as another user than root, or start the container with: --cap-add SETFCAP',
    ],
  },
  'a root without CAP_SYS_ADMIN': {
    wrapper: ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-all'],
    probe: 'without user',
    options: { namespaces: { user: false } },
    says: [
      'Could not open the sandbox: step "clone namespaces" failed with EPERM (operation not permitted)',
      'This root lacks CAP_SYS_ADMIN, without which namespaces can be had together with one of kind "user" only.',
      'Let the sandbox have the namespace "user", or start the container with: --cap-add SYS_ADMIN',
    ],
    ok: true,
  },
};

async function compare({ wrapper, probe, options, says, ok = false }: Host): Promise<void> {
  const examined = await doctor(wrapper);
  const message = examined.failed[probe]?.error?.message ?? '';
  for (const line of says) expect(message).toContain(line);
  expect({ ok: examined.ok, code: examined.code }).toEqual({ ok, code: ok ? 0 : 1 });

  const run = await project.run({ ...CONFIG, testEnvironmentOptions: options }, { wrapper });
  for (const line of says) expect(run.stderr).toContain(line);
  expect(run.code).toBe(1);
  expect(run.json?.numTotalTests ?? 0).toBe(0);
}

describe('doctor and a run of Jest say the same', () => {
  test.each(Object.entries(HOSTS))('%s', (_, host) => compare(host));

  (isRoot ? test : test.skip).each(Object.entries(CAPABILITIES))('%s', (_, host) => compare(host));

  testIf(works('sh', '-c', 'command -v pasta && [ -d /dev/net ]'), 'pasta')('no /dev/net/tun', () =>
    compare({
      wrapper: WITHOUT_TUN,
      probe: 'pasta',
      options: { network: 'pasta' },
      says: [
        'Could not open the sandbox: step "connect by pasta" failed: ',
        '/dev/net/tun, by which it makes the interface, is missing or closed to this user.',
        'Run: sudo modprobe tun; sudo chmod 666 /dev/net/tun',
      ],
      ok: true,
    }),
  );
});

test('a limit tells which namespace is missing, and the others work', async () => {
  const { failed } = await doctor(inUserNamespace('echo 0 >/proc/sys/user/max_time_namespaces'));
  expect(Object.keys(failed)).toEqual(
    expect.arrayContaining(['namespace time', 'namespaces', 'sandbox']),
  );
  for (const name of ['user', 'mount', 'pid', 'net', 'ipc', 'uts', 'cgroup']) {
    expect(Object.keys(failed)).not.toContain(`namespace ${name}`);
  }
});

describe('no_new_privs', () => {
  test('a default sandbox does not mind', async () => {
    const wrapper = ['setpriv', '--no-new-privs'];
    expect(await doctor(wrapper)).toMatchObject({ code: 0, ok: true });
    expect((await project.run(CONFIG, { wrapper })).code).toBe(0);
  });

  (isRoot ? test.skip : test)('ids by newuidmap cannot be had, and it is told why', async () => {
    const { failed } = await doctor(['setpriv', '--no-new-privs']);
    expect(failed['further ids']?.error?.message).toContain(
      'no_new_privs is set here, so a set-user-ID program has no power.',
    );
  });
});

describe('a /tmp without use', () => {
  test.each([
    ['full', WITH_FULL_TMP, 'ENOSPC', 'No space is left there'],
    ['read-only', WITH_READONLY_TMP, 'EROFS', 'mounted read-only'],
  ])(
    '%s: sandboxes have one of their own; Jest has to have its cache elsewhere',
    async (...row) => {
      const [, wrapper, code, reason] = row;
      const elsewhere = await project.run(CONFIG, { wrapper });
      expect(elsewhere.stderr).not.toContain('●');
      expect(elsewhere.code).toBe(0);
      expect(await doctor(wrapper)).toMatchObject({ code: 0, ok: true });

      // By Jest's default it lies there, and Jest itself ends.
      const usual = await project.run({ preset: 'ns-jest' }, { wrapper });
      expect(usual.code).toBe(1);
      expect(usual.stderr).toMatch(/Error: (ENOSPC|EROFS|ENOENT)/);
      project.write('package.json', JSON.stringify({ jest: { preset: 'ns-jest' } }));
      try {
        const { ok, failed } = await doctor(wrapper);
        expect(ok).toBe(false);
        expect(failed.cache?.error).toMatchObject({ step: 'write cache' });
        expect(failed.cache?.error?.message).toContain(reason);
        expect(failed.cache?.error?.message).toMatch(
          new RegExp(`^Jest cannot write to its cache directory /tmp/jest_\\w+: (${code}|ENOENT)`),
        );
        expect(failed.cache?.error?.message).toContain(
          'cacheDirectory in the configuration of Jest',
        );
        expect(Object.keys(failed)).not.toContain('sandbox');
      } finally {
        project.write('package.json', JSON.stringify({ jest: CONFIG }));
      }
    },
  );
});

/** Node and Jest want some themselves, so the limit is raised until they get as far as to a sandbox. */
async function raised<T>(limits: number[], attempt: (limit: number) => Promise<T | undefined>) {
  for (const limit of limits) {
    const result = await attempt(limit);
    if (result !== undefined) return { limit, result };
  }
  throw new Error(`none of the limits ${limits} let it come to a sandbox`);
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('few open files (RLIMIT_NOFILE)', () => {
  const reason = (limit: number) =>
    `This process may have ${limit} open files (RLIMIT_NOFILE), and has them.`;
  const FIX = 'Raise the limit of open files: ulimit -n';

  test('doctor', async () => {
    const { limit, result } = await raised(range(20, 40), (n) =>
      doctor(['prlimit', `--nofile=${n}`]).catch(() => undefined),
    );
    expect(result).toMatchObject({ ok: false, code: 1 });
    const message = result.failed.namespaces?.error?.message;
    expect(message).toContain(reason(limit));
    expect(message).toContain(FIX);
  });

  test('a run of Jest', async () => {
    const { limit, result } = await raised(range(26, 44), async (n) => {
      const run = await project.run(CONFIG, {
        wrapper: ['prlimit', `--nofile=${n}`],
        args: ['--runInBand', '--watchman=false'],
        env: { NS_JEST_LAUNCH: 'exec' },
      });
      return /Could not start \S*ns-init: EMFILE/.test(run.stderr) ? run : undefined;
    });
    expect(result).toMatchObject({ code: 1, json: { numTotalTests: 0 } });
    expect(result.stderr).toContain(reason(limit));
    expect(result.stderr).toContain(FIX);
  });
});

// The kernel counts no processes of real root's.
(isRoot ? describe.skip : describe)('few processes (RLIMIT_NPROC)', () => {
  const MANY_RUNS_MS = 400_000;
  const wrapper = (limit: number) => [
    // With a thread or two less than it wants Node waits for ever.
    ...['timeout', '--signal=KILL', '40'],
    // Of a user namespace's own: whatever else the user runs is not among them.
    ...['unshare', '--user', '--map-root-user', 'prlimit', `--nproc=${limit}`],
  ];
  const says = (limit: number) =>
    `This user may have ${limit} processes and threads at once (RLIMIT_NPROC), and has them.`;

  test(
    'doctor',
    async () => {
      const { limit, result } = await raised(range(5, 16), (n) =>
        doctor(wrapper(n)).catch(() => undefined),
      );
      expect(result).toMatchObject({ ok: false, code: 1 });
      const { code, message } = result.failed.namespaces?.error ?? {};
      expect({ code, isTold: message?.includes(says(limit)) }).toEqual({
        code: 'EAGAIN',
        isTold: true,
      });
    },
    MANY_RUNS_MS,
  );

  test(
    'a run of Jest',
    async () => {
      const { limit, result } = await raised(range(9, 15), async (n) => {
        const run = await project.run(CONFIG, {
          ...{ wrapper: wrapper(n), args: ['--runInBand', '--watchman=false'] },
          env: { NS_JEST_LAUNCH: 'exec' },
        });
        return /Could not (start|open) .*EAGAIN/.test(run.stderr) ? run : undefined;
      });
      expect(result).toMatchObject({ code: 1, json: { numTotalTests: 0 } });
      expect(result.stderr).toContain(says(limit));
      expect(result.stderr).toContain('Raise the limit: ulimit -u');
    },
    MANY_RUNS_MS,
  );
});

/** Where groups of processes can be limited, by version 1. cgroups(7) */
const PIDS = '/sys/fs/cgroup/pids';

(isRoot && existsSync(PIDS) ? describe : describe.skip)('a full cgroup (pids.max)', () => {
  const wrapper = (limit: number) => [
    ...['sh', '-c'],
    `group=${PIDS}/ns-jest-test-$$
    mkdir $group && echo ${limit} >$group/pids.max
    (echo 0 >$group/cgroup.procs && exec timeout --signal=KILL 15 "$@")
    status=$?
    until rmdir $group; do sleep 0.1; done
    exit $status`,
    'sh',
  ];

  test('doctor', async () => {
    const { result } = await raised(range(5, 20), async (n) => {
      const examined = await doctor(wrapper(n)).catch(() => undefined);
      return examined?.failed.namespaces?.error?.code === 'EAGAIN' ? examined : undefined;
    });
    expect(result).toMatchObject({ ok: false, code: 1 });
    const { message } = result.failed.namespaces?.error ?? {};
    expect(message).toMatch(
      /No more processes fit into the cgroup \/sys\/fs\/cgroup\/pids\/ns-jest-test-\d+ \(pids\.max\)\./,
    );
    expect(message).toContain('Raise its pids.max; in Docker: --pids-limit');
  }, 400_000);
});

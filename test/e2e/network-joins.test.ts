/** Namespaces that exist already are joined, and are the ones asked for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/host';
import { hostNetwork, isRoot, sh } from '../support/network';
import { type JestRun, outcomes, Project, runJest } from '../support/project';

const started: ChildProcess[] = [];
let before: object;
beforeEach(() => {
  before = hostNetwork();
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => child.once('exit', resolve));
    }
  }
  await eventually(() => JSON.stringify(hostNetwork()) === JSON.stringify(before));
  expect(hostNetwork()).toEqual(before);
});

/** A process in new namespaces, as unshare(1) makes them. Returns the pid of the one that is inside. */
async function holder(...namespaces: string[]): Promise<number> {
  const words = isRoot ? namespaces : ['--user', '--map-root-user', ...namespaces];
  const fork = namespaces.includes('--pid') ? ['--fork', '--kill-child'] : [];
  const child = spawn('unshare', [...words, ...fork, 'sh', '-c', 'echo up; exec sleep 1000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  if (fork.length === 0) return child.pid as number;
  return Number(sh(`cat /proc/${child.pid}/task/${child.pid}/children`));
}

const OWNER = (pid: number) => (isRoot ? {} : { user: { pid } });

function idsOf(pid: number, ...files: string[]): Record<string, number> {
  const id = (file: string) => Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/${file}`))?.[0]);
  return Object.fromEntries(files.map((file) => [file === 'mnt' ? 'mount' : file, id(file)]));
}

async function inside(testEnvironmentOptions: object, body: string): Promise<JestRun> {
  return runJest(
    {
      'a.test.js': `const { ns } = require('ns-jest'); test('it', async () => { ${body} });`,
    },
    { preset: 'ns-jest', testEnvironmentOptions },
  );
}

function expectPassed(run: JestRun): void {
  expect(run.stderr).not.toContain('●');
  expect(outcomes(run)).toEqual(['it: passed']);
}

test.each([
  ['net', '--net', 'net'],
  ['ipc', '--ipc', 'ipc'],
  ['uts', '--uts', 'uts'],
  ['cgroup', '--cgroup', 'cgroup'],
])('%s of a process, by its pid; the others are new', async (name, word, file) => {
  const pid = await holder(word);
  const run = await inside(
    { namespaces: { [name]: { pid }, ...OWNER(pid) } },
    `expect(ns.namespaces.ids()).toMatchObject(${JSON.stringify(idsOf(pid, file))});
     expect(ns.namespaces.asked()).not.toContain('${name}');
     expect(ns).toBeIsolatedFromHost(ns.namespaces.asked());`,
  );
  expectPassed(run);
});

test('pid and mount of a process: its process table is seen, and nothing of it is killed', async () => {
  const pid = await holder('--pid', '--mount-proc');
  const run = await inside(
    {
      namespaces: {
        pid: { pid },
        mount: { pid },
        ipc: false,
        ...(isRoot ? { user: false } : { user: { pid } }),
      },
    },
    `expect(ns.namespaces.ids()).toMatchObject(${JSON.stringify(idsOf(pid, 'pid', 'mnt'))});
     const { readFileSync } = require('node:fs');
     expect(readFileSync('/proc/1/cmdline', 'utf8')).toBe('sleep\\0' + '1000\\0');
     require('node:child_process').spawn('sleep', ['2000'], { detached: true, stdio: 'ignore' }).unref();`,
  );
  expectPassed(run);
  expect(sh(`cat /proc/${pid}/comm`)).toBe('sleep\n');
  // What the file left was killed; what was there before was not.
  const left = sh(
    `cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c '[s]leep 2000' || true`,
  );
  expect(left.trim()).toBe('0');
});

test('pid of a process, with mounts of our own: /proc is of the one that is joined', async () => {
  const pid = await holder('--pid', '--mount-proc');
  const run = await inside(
    { namespaces: { pid: { pid }, ...OWNER(pid), ...(isRoot ? { user: false } : {}) } },
    `const { readFileSync } = require('node:fs');
     expect(readFileSync('/proc/1/cmdline', 'utf8')).toBe('sleep\\0' + '1000\\0');
     expect(ns).toBeIsolatedFromHost(['mount', 'net']);`,
  );
  expectPassed(run);
});

test('user of a process: root inside is root there', async () => {
  const pid = await holder('--user', '--map-root-user');
  const run = await inside(
    { namespaces: { user: { pid } } },
    `expect(ns.namespaces.ids()).toMatchObject(${JSON.stringify(idsOf(pid, 'user'))});
     expect(process.getuid()).toBe(0);
     expect(ns).toHaveHostname('sandbox');`,
  );
  expectPassed(run);
});

test('time of a process: its clocks', async () => {
  const child = spawn(
    'unshare',
    [
      ...(isRoot ? [] : ['--user', '--map-root-user']),
      ...[
        '--time',
        '--boottime',
        '1000000',
        '--fork',
        '--kill-child',
        'sh',
        '-c',
        'echo up; exec sleep 1000',
      ],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  started.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const pid = Number(sh(`cat /proc/${child.pid}/task/${child.pid}/children`));
  const run = await inside(
    { namespaces: { time: { pid }, ...OWNER(pid) } },
    `expect(require('node:os').uptime()).toBeGreaterThan(1_000_000);
     expect(ns.namespaces.ids()).toMatchObject(${JSON.stringify(idsOf(pid, 'time'))});`,
  );
  expectPassed(run);
});

test('net by path and by descriptor; lo and sysctls of what is joined stay as they are', async () => {
  const pid = await holder('--net');
  const path = `/proc/${pid}/ns/net`;
  const body = `
    expect(ns.namespaces.ids()).toMatchObject(${JSON.stringify(idsOf(pid, 'net'))});
    expect(ns.interfaces.list()).toEqual([expect.objectContaining({ name: 'lo', state: 'down' })]);
    const start = require('node:fs').readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8');
    expect(start.trim()).toBe('1024');`;
  expectPassed(await inside({ namespaces: { net: { path }, ...OWNER(pid) } }, body));

  // Descriptors are numbers of Jest's process: so this one is opened there.
  const project = new Project({
    'a.test.js': `const { ns } = require('ns-jest'); test('it', () => { ${body} });`,
    'jest.config.js': `
      const fd = require('node:fs').openSync(${JSON.stringify(path)});
      module.exports = { preset: 'ns-jest', testEnvironmentOptions: { namespaces: {
        net: { fd }, ${isRoot ? '' : `user: { pid: ${pid} },`} } } };`,
  });
  try {
    const config = { preset: 'ns-jest' };
    const run = await project.run(config, { args: ['-i', '--config', 'jest.config.js'] });
    expectPassed(run);
  } finally {
    project.remove();
  }
});

if (isRoot) {
  test('a network that ip-netns(8) named, owned by the host; and the sandbox is its root still', async () => {
    const name = `ns-jest-test-${process.pid}`;
    sh(
      `ip netns add ${name}; ip -n ${name} link set lo up; ip -n ${name} address add 10.7.7.7/32 dev lo`,
    );
    try {
      const run = await inside(
        { namespaces: { net: { path: `/run/netns/${name}` } } },
        `expect(ns).toHaveAddress('10.7.7.7');
         // The namespace is the host's: root of the sandbox's user namespace has no say there.
         expect(() => ns.interfaces.down('lo')).toThrow('EPERM');`,
      );
      expectPassed(run);
      expect(sh(`ip -n ${name} link show lo`)).toContain('UP');
    } finally {
      sh(`ip netns delete ${name}`);
    }
  });

  test('a sandbox is visible to ip-netns(8) while it runs', async () => {
    const name = `ns-jest-seen-${process.pid}`;
    const project = new Project({
      'a.test.js': `
        const { ns } = require('ns-jest');
        const { existsSync, writeFileSync } = require('node:fs');
        test('it', async () => {
          writeFileSync(${JSON.stringify('up')}, String(ns.namespaces.ids().net));
          while (!existsSync('seen')) await new Promise((resolve) => setTimeout(resolve, 20));
        });`,
    });
    const running = project.run({
      preset: 'ns-jest',
      testEnvironmentOptions: { links: [{ name: 'br7', kind: 'bridge' }] },
    });
    try {
      expect(await eventually(() => existsSync(`${project.folder}/up`), 30_000)).toBe(true);
      const inode = project.read('up');
      const pid = sh(
        `for p in /proc/[0-9]*; do [ "$(readlink $p/ns/net)" != "net:[${inode}]" ] || { echo \${p#/proc/}; break; }; done`,
      ).trim();
      sh(`ip netns attach ${name} ${pid}`);
      expect(sh(`ip -n ${name} link show br7`)).toContain('br7');
      expect(sh(`ip netns exec ${name} ls /sys/class/net`)).toContain('br7');
    } finally {
      sh(`ip netns delete ${name}`);
      project.write('seen', '');
      const run = await running;
      project.remove();
      expectPassed(run);
    }
  });
}

describe('what cannot be joined is one error', () => {
  const refused = async (namespaces: object, message: string) => {
    const { stderr, json, code } = await inside({ namespaces }, '');
    expect(stderr).toContain(message);
    expect(json?.numTotalTests).toBe(0);
    expect(code).toBe(1);
  };

  test.each<[string, object, string]>([
    [
      'a path to nothing',
      { net: { path: '/run/netns/ns-jest-nothing' } },
      'The option "namespaces.net" names a namespace that cannot be joined: /run/netns/ns-jest-nothing',
    ],
    [
      'a file that is no namespace',
      { net: { path: '/etc/passwd' } },
      'The option "namespaces.net" names a file that is no namespace: /etc/passwd',
    ],
    ['a process that is gone', { net: { pid: 2 ** 22 + 1 } }, `There is no process ${2 ** 22 + 1}`],
    [
      'a descriptor that is closed',
      { net: { fd: 1000 } },
      'Descriptor 1000 is not open in this process',
    ],
    ['two that may differ', { net: { pid: 1, fd: 1 } }, 'to be one of { path }, { pid }, { fd }'],
    ['nothing', { net: {} }, 'to be one of { path }, { pid }, { fd }'],
    ['an unknown word', { net: { pidd: 1 } }, 'Did you mean "namespaces.net.pid"?'],
  ])('%s', async (_, namespaces, message) => refused(namespaces, message));

  test('a namespace of another kind', async () => {
    const pid = await holder('--uts');
    await refused(
      { net: { path: `/proc/${pid}/ns/uts` }, ...OWNER(pid) },
      `step "join net" '/proc/${pid}/ns/uts' failed with EINVAL`,
    );
  });

  test('mounts, with a new process table', async () => {
    const pid = await holder('--mount');
    await refused(
      { mount: { pid }, ...OWNER(pid) },
      'The option "namespaces.mount" cannot be joined while "namespaces.pid" is a new one',
    );
  });

  test.each([
    ['a hostname for a joined one', { hostname: 'web-1' }, 'uts', '--uts'],
    ['lo of a joined network', { loopback: true }, 'net', '--net'],
    ['links in a joined network', { links: [{ name: 'a', kind: 'bridge' }] }, 'net', '--net'],
  ])('%s', async (_, options, name, word) => {
    const pid = await holder(word);
    const { stderr } = await inside(
      { ...options, namespaces: { [name]: { pid }, ...OWNER(pid) } },
      '',
    );
    expect(stderr).toContain(
      `The option "${Object.keys(options)[0]}" has no effect while "namespaces.${name}" joins one that stays as it is`,
    );
  });

  if (!isRoot) {
    test('the network of another owner, without his user namespace', async () => {
      const pid = await holder('--net');
      await refused({ net: { pid } }, `step "join net" '/proc/${pid}/ns/net' failed with EPERM`);
    });
  }
});

test("Jest's own namespace is the host's, and not to be joined but shared", async () => {
  const run = await inside(
    { namespaces: { net: { path: '/proc/self/ns/net' } } },
    `expect(ns.namespaces.ids().net).toBe(ns.namespaces.hostIds().net);`,
  );
  expectPassed(run);
});

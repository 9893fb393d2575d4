/**
 * arm64, under qemu's emulation of programs. It has no clone(2) into namespaces, no subreapers and no seccomp
 * filters: there an ns-init of the real machine opens the sandboxes, and all else in them is arm64's.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { systemCallsOf } from '../../src/agents/constants/system-calls';
import { systemCalls } from '../../src/options/processes/system-calls';
import { NS_INIT, PACKAGE } from '../support/package';
import { installed, nodeOf } from '../support/packed';
import { outcomes, runJest } from '../support/project';
import { testIf } from '../support/test-if';

const QEMU = '/usr/bin/qemu-aarch64-static';
const LIBRARIES = '/usr/aarch64-linux-gnu';
const COMPILER = 'aarch64-linux-gnu-g++';
const NODE = nodeOf('arm64');

const canEmulate = [QEMU, LIBRARIES, NODE].every((file) => existsSync(file));
const testEmulated = testIf(canEmulate, 'qemu and a Node for arm64: sh scripts/test-package.sh');
const canCompile = spawnSync(COMPILER, ['--version']).status === 0;
const testCompiled = testIf(canCompile, `${COMPILER}: sh scripts/test-package.sh`);

function emulate(program: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(QEMU, ['-L', LIBRARIES, program, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

let package_: ReturnType<typeof installed>;
let scratch: string;
const prebuilt = (architecture: string, name: string) =>
  path.join(package_.package, 'prebuilds', `linux-${architecture}`, name);

beforeAll(() => {
  package_ = installed();
  scratch = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-test-'));
});

afterAll(() => {
  package_.remove();
  rmSync(scratch, { recursive: true });
});

describe('ns-init', () => {
  testEmulated('starts, and says what it says everywhere', () => {
    const emulated = emulate(prebuilt('arm64', 'ns-init'));
    const native = spawnSync(NS_INIT, { encoding: 'utf8' });
    expect(emulated.status).toBe(native.status);
    expect(emulated.stderr).toBe(native.stderr);
    expect(emulated.stderr).toContain('usage: ns-init');
  });

  testEmulated('enters namespaces that are there, and runs a command', () => {
    const script = `
      unshare --uts sh -c 'hostname web-2; echo; exec sleep 60' >"$1/started" & other=$!
      while [ ! -s "$1/started" ]; do sleep 0.05; done
      ${QEMU} ${prebuilt('arm64', 'ns-init')} --enter=5 -- hostname 5</proc/$other/ns/uts
      kill $other`;
    const { stdout, stderr } = spawnSync(
      NS_INIT,
      [
        ...['--unshare=user,uts,pid,mount', '--hostname=web-1', '--proc'],
        ...[`--uid-map=0:${process.getuid?.()}:1`, `--gid-map=0:${process.getgid?.()}:1`],
        ...['--deny-setgroups', '--', 'sh', '-c', script, 'sh', scratch],
      ],
      { encoding: 'utf8' },
    );
    expect({ stdout, stderr }).toEqual({ stdout: 'web-2\n', stderr: '' });
  });
});

describe('the addon', () => {
  testEmulated('is loaded by Node, and tells of the machine what the other one tells', () => {
    const script = `const addon = require(process.argv[1]);
      const { index, name, mtu } = addon.dumpLinks().find(({ name }) => name === 'lo');
      console.log(JSON.stringify({
        names: Object.keys(addon), lo: { index, name, mtu }, index: addon.interfaceIndex('lo'),
        domain: addon.getdomainname(),
        addresses: addon.dumpAddresses().filter(({ interfaceIndex }) => interfaceIndex === index),
      }));`;
    const facts = (text: string) => JSON.parse(text) as { names: string[] };
    const { stdout, stderr } = emulate(NODE, '-e', script, prebuilt('arm64', 'ns_jest.node'));
    expect(stderr).toBe('');
    const native = execFileSync(process.execPath, [
      ...['-e', script, prebuilt(process.arch, 'ns_jest.node')],
    ]);
    expect(facts(stdout)).toEqual(facts(native.toString()));
    expect(facts(stdout).names.length).toBeGreaterThan(50);
  });
});

/** Lets the kernel of a user namespace run arm64's programs by the emulator. binfmt_misc, since Linux 6.7 */
const BINFMT = `
  mount -t binfmt_misc none /proc/sys/fs/binfmt_misc || exit
  printf '%s' ':arm64:M::\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00:\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff:${QEMU}:F' \\
    >/proc/sys/fs/binfmt_misc/register || exit
  exec "$@"`;
const AS_ARM64 = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', BINFMT, 'sh'];

describe('a run of Jest on arm64', () => {
  const canRun =
    canEmulate && spawnSync(AS_ARM64[0] as string, [...AS_ARM64.slice(1), 'true']).status === 0;

  testIf(canRun, 'qemu, a Node for arm64 or a binfmt_misc of its own')(
    'a test file has a sandbox, and all kinds of helpers work in it',
    async () => {
      const binaries = path.join(scratch, 'binaries');
      execFileSync('mkdir', [binaries]);
      for (const name of ['ns_jest.node', 'ns-agent']) {
        copyFileSync(prebuilt('arm64', name), path.join(binaries, name));
      }
      copyFileSync(NS_INIT, path.join(binaries, 'ns-init'));

      const run = await runJest(
        { 'arm64.test.js': ARM64_TEST },
        {
          preset: 'ns-jest',
          // The fork server's copies enter their sandbox themselves, which a process of several threads,
          // as the emulator is, may not.
          testEnvironmentOptions: { launch: 'exec' },
          // Whoever this user is, in there he is 0, and Jest's own would be root's.
          cacheDirectory: path.join(scratch, 'cache'),
        },
        {
          // Its resolver is JavaScript; that of Jest 30 is a program of the architecture.
          jest: 'jest-29',
          node: NODE,
          wrapper: AS_ARM64,
          env: { NS_JEST_BINARIES: binaries, QEMU_LD_PREFIX: LIBRARIES },
        },
      );
      expect(outcomes(run)).toEqual([
        'POSIX message queues: passed',
        'System V IPC: passed',
        'an agent: passed',
        'interfaces, addresses and routes: passed',
        'mounts and the hostname: passed',
        'namespaces of its own: passed',
      ]);
    },
    300_000,
  );
});

const ARM64_TEST = `
const os = require('node:os');
const { ns } = require('ns-jest');

test('namespaces of its own', () => {
  expect(process.arch).toBe('arm64');
  expect(os.hostname()).toBe('sandbox');
  expect(ns).toHaveOnlyInterfaces(['lo']);
  const host = ns.namespaces.hostIds();
  const shared = Object.entries(ns.namespaces.ids()).filter(([name, id]) => id === host[name]);
  expect(shared).toEqual([]);
});

test('System V IPC', () => {
  const queue = ns.messageQueues.create();
  ns.messageQueues.send(queue.id, { type: 7, data: 'work' });
  expect(ns.messageQueues.receive(queue.id)).toEqual({ type: 7, data: Buffer.from('work') });
  const set = ns.semaphores.create({ count: 2 });
  ns.semaphores.setValue(set.id, 5, 1);
  ns.semaphores.operate(set.id, { index: 1, by: -2 });
  expect(ns.semaphores.get(set.id, 1)).toMatchObject({ value: 3 });
  const segment = ns.sharedMemory.create({ size: 4096 });
  ns.sharedMemory.write(segment.id, 'bytes', { offset: 9 });
  expect(ns.sharedMemory.read(segment.id, { length: 5, offset: 9 }).toString()).toBe('bytes');
});

test('POSIX message queues', () => {
  ns.posixQueues.create({ name: '/jobs', maxMessages: 4, messageSize: 128 });
  ns.posixQueues.send('/jobs', { data: 'low' });
  ns.posixQueues.send('/jobs', { data: 'high', priority: 5 });
  expect(ns.posixQueues.receive('/jobs')).toEqual({ data: Buffer.from('high'), priority: 5 });
  expect(ns.posixQueues.attributes('/jobs')).toMatchObject({ maxMessages: 4, messages: 1 });
});

test('interfaces, addresses and routes', () => {
  ns.interfaces.add({ kind: 'veth', name: 'v0', peer: { name: 'v1' } });
  ns.interfaces.up('v0');
  ns.addresses.add({ interface: 'v0', address: '10.0.0.1/24' });
  ns.routes.add({ destination: '10.1.0.0/16', gateway: '10.0.0.2' });
  expect(ns.routes.list().map(({ destination }) => destination)).toContain('10.1.0.0/16');
  expect(ns).toHaveOnlyInterfaces(['lo', 'v0', 'v1']);
});

test('mounts and the hostname', () => {
  ns.mounts.mount({ type: 'tmpfs', target: '/mnt' });
  expect(ns.mounts.get('/mnt')).toMatchObject({ type: 'tmpfs' });
  ns.hostname.set('web-1');
  expect(os.hostname()).toBe('web-1');
});

test('an agent', () => {
  const agent = ns.agent();
  expect(agent.uts.get()).toMatchObject({ machine: 'aarch64' });
  agent.unshare(['uts']);
  agent.uts.setHostname('inner');
  expect(agent.uts.get().nodename).toBe('inner');
  expect(os.hostname()).toBe('web-1');
  expect(() => agent.fs.open('/proc/self/exe', ['O_DIRECTORY'])).toThrow('ENOTDIR');
});
`;

describe("the kernel's numbers", () => {
  const preprocess = (...args: string[]) =>
    execFileSync(COMPILER, ['-E', ...args, '-x', 'c++', '/dev/null'], {
      encoding: 'utf8',
      maxBuffer: 2 ** 24,
    });

  testCompiled('of its system calls are those of its headers', () => {
    const calls = [
      ...preprocess('-dM', '-include', 'asm/unistd.h').matchAll(/^#define __NR_(\w+) (\d+)$/gm),
    ].map(([, name, number]) => [name, Number(number)] as [string, number]);
    const known = calls.filter(([name]) => name !== 'syscalls' && name !== 'arch_specific_syscall');
    expect(known.length).toBeGreaterThan(250);
    const options = systemCalls('arm64');
    const agents = systemCallsOf('arm64') as Record<string, number | undefined>;
    const wrong = known.filter(
      ([name, number]) => options.get(name) !== number || agents[name] !== number,
    );
    expect(wrong).toEqual([]);
  });

  // Those of the agents, evaluated on arm64, against what arm64's headers make of the same names.
  (canCompile ? testEmulated : testCompiled)('of its flags are those of its headers', () => {
    const script = `const { constants } = require(process.argv[1]);
      const tables = ['CLONE', 'O', 'AT', 'F', 'S', 'MS', 'SO', 'SOCK', 'MSG', 'RTM', 'IFLA', 'PR', 'CLOCK', 'SIG', 'E', 'NS', 'SIOC'];
      console.log(JSON.stringify(Object.assign({}, ...tables.map((name) => constants[name]))));`;
    const { stdout } = emulate(
      ...([NODE, '-e', script] as const),
      path.join(PACKAGE, 'dist', 'agents', 'constants', 'index.js'),
    );
    const flags: Record<string, number> = JSON.parse(stdout);
    const headers = [
      ...['fcntl', 'stat', 'sched', 'mount', 'prctl', 'time', 'socket', 'sockios', 'errno'],
      ...['nsfs', 'rtnetlink', 'if_link'],
    ].map((name) => `#include <linux/${name}.h>\n`);
    const file = path.join(scratch, 'flags.cc');
    writeFileSync(
      file,
      // The kernel's headers alone: libc has an O_LARGEFILE of 0.
      `${headers.join('')}#include <asm/signal.h>\n#include <asm/socket.h>\nextern "C" int printf(const char*, ...);\nint main() {\n${Object.keys(
        flags,
      )
        .map(
          (name) =>
            `#ifdef ${name}\n  printf("${name} %lld\\n", static_cast<long long>(${name}));\n#endif\n`,
        )
        .join('')}}\n`,
    );
    const program = path.join(scratch, 'flags');
    execFileSync(COMPILER, ['-static', '-o', program, file]);
    const said = emulate(program).stdout.trim().split('\n');
    const wrong = said.filter((line) => {
      const [name = '', value] = line.split(' ');
      return Number(flags[name]) !== Number(value);
    });
    expect(wrong).toEqual([]);
    expect(said.length).toBeGreaterThan(200);
    expect(said).toContain('O_DIRECTORY 16384');
  });
});

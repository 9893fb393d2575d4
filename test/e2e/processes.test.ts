/** The options of processes, seen from inside by tests, and from outside by what they leave. */
import { chmodSync, existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { ENTRY_LINES } from '../support/package';
import { type JestRun, Project } from '../support/project';

const isRoot = process.getuid?.() === 0;

interface File {
  options: object;
  text: string;
}

const docblock = (options: object) =>
  `/**\n * @jest-environment-options ${JSON.stringify(options)}\n */\n`;

const HELPERS = `
  const fs = require('fs');
  const os = require('os');
  const { execFileSync, spawn, spawnSync } = require('child_process');
  const { ns } = require('ns-jest');
  const read = (file) => fs.readFileSync(file, 'utf8');
  const status = (field, pid = 'self') => new RegExp('^' + field + ':\\\\s*(.*)$', 'm').exec(read('/proc/' + pid + '/status'))[1];
  const limit = (name, pid = 'self') => new RegExp('^' + name + ' {2,}(\\\\w+) +(\\\\w+)', 'm').exec(read('/proc/' + pid + '/limits')).slice(1);
  const sh = (script) => execFileSync('sh', ['-c', script], { encoding: 'utf8' });
  const up = (child) => new Promise((resolve) => child.stdout.once('data', resolve));
  const endsWell = (file) => up(spawn('sh', ['-c',
    'trap "echo well > ' + file + '; exit" TERM; echo up; while :; do sleep 0.01; done'],
    { detached: true, stdio: ['ignore', 'pipe', 'ignore'] }));
`;

/** What is seen from inside. Each passes. */
const INSIDE: Record<string, File> = {
  capabilities: {
    options: { capabilities: { drop: ['ALL'], add: ['CAP_NET_ADMIN'] } },
    text: `
      test.each(['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])('%s', (set) => {
        expect(status(set)).toBe('0000000000001000');
        expect(sh('cat /proc/self/status')).toContain(set + ':\\t0000000000001000');
      });
      test('what is left works, the rest does not', () => {
        sh('ip link set lo down');
        expect(() => ns.hostname.set('x')).toThrow('EPERM');
      });`,
  },
  'capabilities-of-a-user': {
    // As root this is root with an ambient capability, as a user one who is nobody else.
    options: { mapCurrentUser: true, capabilities: { add: ['SYS_ADMIN'] } },
    text: `
      test('are had whoever it runs as, and by what it starts', () => {
        expect(process.getuid()).toBe(${process.getuid?.()});
        expect(BigInt('0x' + status('CapEff')) & (1n << 21n)).not.toBe(0n);
        expect(status('CapAmb')).toBe('0000000000200000');
        ns.hostname.set('changed');
        expect(sh('hostname another; hostname')).toBe('another\\n');
      });`,
  },
  // An ordinary user has no second id to be.
  ...(isRoot
    ? {
        'capabilities-of-another-user': {
          options: { uid: 1234, gid: 1234, capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } },
          text: `
            test('come through the change of ids', () => {
              expect(process.getuid()).toBe(1234);
              for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
                expect(status(set)).toBe('0000000000200000');
              ns.hostname.set('changed');
              expect(() => process.setuid(0)).toThrow('EPERM');
            });`,
        },
        'another-user-as-pid-1': {
          options: {
            ...{ uid: 1234, gid: 1234, asPid1: true, umask: '077', rlimits: { core: 0 } },
            seccomp: { deny: ['symlink', 'symlinkat'] },
          },
          text: `
            test('has it all', () => {
              expect([process.pid, process.getuid(), process.umask()]).toEqual([1, 1234, 0o077]);
              expect(status('CapEff')).toBe('0000000000000000');
              expect(status('NoNewPrivs')).toBe('1');
              expect(() => fs.symlinkSync('a', '/tmp/a')).toThrow('EPERM');
            });`,
        },
      }
    : {}),
  'capabilities-dropped': {
    options: { capabilities: { drop: ['SYS_ADMIN', 'NET_RAW'] } },
    text: `
      test('are out of reach for root, too', () => {
        expect(BigInt('0x' + status('CapBnd')) & ((1n << 21n) | (1n << 13n))).toBe(0n);
        expect(() => ns.hostname.set('x')).toThrow('EPERM');
        expect(BigInt('0x' + status('CapBnd', 1)) & (1n << 21n)).not.toBe(0n);
      });`,
  },
  limits: {
    options: {
      rlimits: {
        nofile: { hard: 777 },
        RLIMIT_CORE: 0,
        fsize: { soft: 1e6 },
        stack: { soft: 'hard' },
        nproc: 'soft',
      },
    },
    text: `
      test('are those of the test process and of what it starts, not of PID 1', () => {
        // Node raises its soft limit of open files at its start.
        expect(limit('Max open files')).toEqual(['777', '777']);
        expect(sh('ulimit -n')).toBe('777\\n');
        expect(limit('Max core file size')).toEqual(['0', '0']);
        expect(limit('Max file size')[0]).toBe('1000000');
        expect(limit('Max stack size')[0]).toBe(limit('Max stack size')[1]);
        expect(limit('Max processes')[0]).toBe(limit('Max processes')[1]);
        expect(limit('Max open files', 1)[1]).not.toBe('777');
      });`,
  },
  promise: {
    options: { noNewPrivileges: true },
    text: `
      test('no new privileges', () => {
        expect(status('NoNewPrivs')).toBe('1');
        expect(sh('grep NoNewPrivs /proc/self/status')).toBe('NoNewPrivs:\\t1\\n');
        expect(status('NoNewPrivs', 1)).toBe('0');
        expect(status('Seccomp')).toBe(status('Seccomp', 1));
      });`,
  },
  filter: {
    options: { seccomp: { deny: ['symlink', 'symlinkat', 'ptrace'], action: { errno: 'EROFS' } } },
    text: `
      test('denied calls fail with the errno, here and in what is started; others do not', () => {
        expect(status('Seccomp')).toBe('2');
        expect(() => fs.symlinkSync('a', '/tmp/link')).toThrow('EROFS');
        fs.writeFileSync('/tmp/a', '');
        fs.linkSync('/tmp/a', '/tmp/b');
        expect(() => sh('ln -s a /tmp/c 2>&1')).toThrow();
        expect(fs.existsSync('/tmp/c')).toBe(false);
      });
      test('root keeps its way to privileges', () => expect(status('NoNewPrivs')).toBe('0'));`,
  },
  'filter-without-root': {
    options: { capabilities: { drop: ['SYS_ADMIN'] }, seccomp: { deny: ['symlink', 'symlinkat'] } },
    text: `
      test('takes the promise of no new privileges', () => {
        expect(status('NoNewPrivs')).toBe('1');
        expect(() => fs.symlinkSync('a', '/tmp/link')).toThrow('EPERM');
      });`,
  },
  'filter-kills': {
    options: { seccomp: { deny: ['symlink', 'symlinkat'], action: 'kill' } },
    text: `
      test('what makes the call, and nothing else', () => {
        expect(spawnSync('ln', ['-s', 'a', '/tmp/c'])).toMatchObject({ status: null, signal: 'SIGSYS' });
      });`,
  },
  'filter-logs': {
    options: { seccomp: { deny: ['symlink', 'symlinkat', 'execve'], action: 'log' } },
    text: `
      test('the call, and lets it pass', () => {
        expect(status('Seccomp')).toBe('2');
        fs.symlinkSync('a', '/tmp/link');
        sh('true');
      });`,
  },
  environment: {
    options: { clearEnv: true, env: { ONLY: 'this', NODE_ENV: null } },
    text: `
      test('has what was given, and what Jest needs', () => {
        const { JEST_WORKER_ID, FORCE_COLOR, ...rest } = process.env;
        delete rest.NODE_OPTIONS;
        delete rest.NODE_PATH;
        expect(rest).toEqual({ ONLY: 'this' });
        expect(JEST_WORKER_ID).toMatch(/^\\d+$/);
      });`,
  },
  place: {
    options: { cwd: '/usr', umask: '027', env: { NS_JEST_EXTRA: 'x' } },
    text: `
      test('directory, mask and variables', () => {
        expect(process.cwd()).toBe('/usr');
        expect(process.env.PWD === undefined || sh('pwd') === '/usr\\n').toBe(true);
        expect(process.umask()).toBe(0o027);
        fs.writeFileSync('/tmp/masked', '');
        expect(fs.statSync('/tmp/masked').mode & 0o777).toBe(0o640);
        expect(process.env.NS_JEST_EXTRA).toBe('x');
        expect(process.env.PATH).toBeDefined();
      });`,
  },
  descriptors: {
    options: { passFds: [3, 5, 77] },
    text: `
      test('are there under their numbers', () => {
        for (const fd of [3, 5, 77]) expect(fs.readlinkSync('/proc/self/fd/' + fd)).toBe('/etc/passwd');
        expect(fs.readSync(5, Buffer.alloc(4), 0, 4, 0)).toBe(4);
        expect(process.argv).toHaveLength(2);
      });`,
  },
  session: {
    options: {},
    // A session of elsewhere has the number 0.
    text: `test('its own', () => expect(Number(read('/proc/self/stat').split(' ')[5])).toBeGreaterThan(0));`,
  },
  'session-kept': {
    options: { newSession: false },
    text: `test('that of Jest', () => expect(read('/proc/self/stat').split(' ')[5]).toBe('0'));`,
  },
  'pid-1': {
    options: { asPid1: true },
    text: `
      test('is this', () => {
        expect(process.pid).toBe(1);
        expect(process.ppid).toBe(0);
        expect(read('/proc/1/cmdline')).toContain('main.js');
      });
      test('timers, files and children work', async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(sh('echo $PPID')).toBe('1\\n');
      });
      test('an orphan is its own to reap: it stays as a zombie', async () => {
        const orphan = Number(sh('(sleep 0.05 & echo $!)'));
        await new Promise((resolve) => setTimeout(resolve, 400));
        expect(status('State', orphan)).toContain('Z');
        expect(status('PPid', orphan)).toBe('1');
      });
      test('leaves one behind', () => { spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref(); });`,
  },
  clocks: {
    options: { time: { monotonic: 5e6, boottime: { secs: 7e6, nanos: 500000000 } } },
    text: `
      test('are ahead', () => {
        expect(process.hrtime()[0]).toBeGreaterThanOrEqual(5e6);
        expect(os.uptime()).toBeGreaterThanOrEqual(7e6);
        expect(Number(sh('cut -d. -f1 /proc/uptime'))).toBeGreaterThanOrEqual(7e6);
        expect(Math.abs(Date.now() - performance.timeOrigin)).toBeLessThan(600_000);
      });
      test('timers go by the same clock', async () => {
        const from = performance.now();
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(performance.now() - from).toBeGreaterThanOrEqual(49);
        jest.useFakeTimers();
        const called = jest.fn();
        setTimeout(called, 1000);
        jest.advanceTimersByTime(1000);
        expect(called).toHaveBeenCalled();
      });
      test('and are frozen now', () => {
        expect(() => fs.writeFileSync('/proc/self/timens_offsets', 'monotonic 1 0')).toThrow('EACCES');
      });`,
  },
  'clocks-behind': {
    options: { time: { boottime: -2.25 }, env: { OUTSIDE: String(os.uptime()) } },
    text: `
      test('by as much', () => {
        expect(read('/proc/self/timens_offsets')).toMatch(/boottime +-3 +750000000/);
        expect(os.uptime()).toBeGreaterThanOrEqual(Number(process.env.OUTSIDE) - 2.5);
      });`,
  },
  parameters: {
    options: {
      sysctl: {
        'net.ipv4.ip_forward': 1,
        'net.ipv4.ip_unprivileged_port_start': '500',
        'user.max_uts_namespaces': 7,
        ...(isRoot ? { 'kernel.shmmax': 4096, 'fs.mqueue.msg_max': 5 } : {}),
      },
    },
    text: `
      test('are the sandbox\\'s own', () => {
        expect(read('/proc/sys/net/ipv4/ip_forward')).toBe('1\\n');
        expect(read('/proc/sys/net/ipv4/ip_unprivileged_port_start')).toBe('500\\n');
        expect(read('/proc/sys/user/max_uts_namespaces')).toBe('7\\n');
        if (${isRoot}) {
          expect(read('/proc/sys/kernel/shmmax')).toBe('4096\\n');
          expect(read('/proc/sys/fs/mqueue/msg_max')).toBe('5\\n');
        }
      });`,
  },
  'left-with-time': {
    options: { killDelay: 20_000 },
    text: `test('left', () => endsWell(__dirname + '/left-with-time'));`,
  },
  'left-without': {
    options: {},
    text: `test('left', () => endsWell(__dirname + '/left-without'));`,
  },
};

/** What is refused or ends early, and how it is told. */
const REFUSED: Record<string, File & { says: string | RegExp }> = {
  'late-with-time': {
    options: { timeout: 6000, killDelay: 20_000 },
    text: `test('late', async () => {
      await endsWell(__dirname + '/late-with-time');
      await new Promise(() => {});
    }, 1e8);`,
    says: 'The file took longer than 6000 ms and was ended while this test was running',
  },
  'too-high': {
    options: { rlimits: { nofile: 2_000_000_000 } },
    text: '',
    says: /step "raise limit" 'nofile: 2000000000 is above the hard limit \d+' failed with EPERM/,
  },
  'too-few-files': {
    options: { rlimits: { nofile: 5 } },
    text: '',
    says: 'The option "rlimits" sets what it may have: nofile 5. Node needs some of it to start.',
  },
  'too-little-memory': {
    options: { rlimits: { as: 100_000_000 } },
    text: '',
    says: 'The option "rlimits" sets what it may have: as 100000000. Node needs some of it to start.',
  },
  'no-stack': {
    options: { rlimits: { stack: 1 } },
    text: '',
    says: 'The option "rlimits" sets what it may have: stack 1.',
  },
  'no-time': {
    options: { rlimits: { cpu: { soft: 1 } } },
    text: `test('loops', () => { while (true) {} });`,
    says: /killed by SIGXCPU .* The option "rlimits" sets what it may have: cpu 1/,
  },
  'no-such-directory': {
    options: { cwd: '/no/where' },
    text: '',
    says: 'step "change directory" \'/no/where\' failed with ENOENT',
  },
  'no-such-descriptor': {
    options: { passFds: [999] },
    text: '',
    says: 'There is no open descriptor 999 to pass on',
  },
  'kills-itself': {
    options: { seccomp: { deny: ['symlink', 'symlinkat'], action: 'kill' } },
    text: `test('links', () => fs.symlinkSync('a', '/tmp/a'));`,
    says: /killed by SIGSYS while this test was running SIGSYS is how the option "seccomp" ends a process/,
  },
  'kills-node': {
    options: { seccomp: { deny: ['mmap'], action: 'kill' } },
    text: '',
    says: 'killed by SIGSYS before it told of a test',
  },
  'allows-too-little': {
    options: { seccomp: { allow: ['execve', 'exit_group', 'exit'] } },
    text: '',
    says: 'The option "seccomp" keeps it from system calls.',
  },
  'execve-denied': {
    options: { seccomp: { deny: ['execve'] } },
    text: '',
    says: 'The option "seccomp" denies execve, so nothing could be started',
  },
  'clock-below-zero': {
    options: { time: { monotonic: -1e9 } },
    text: '',
    says: 'The option "time.monotonic" would move the clock below zero',
  },
  'clock-without-namespace': {
    options: { time: { monotonic: 1 }, namespaces: { time: false } },
    text: '',
    says: 'The option "time" has no effect while "namespaces.time" is false',
  },
  'parameter-of-all': {
    options: { sysctl: { 'vm.swappiness': 1 } },
    text: '',
    says: 'The sysctl "vm.swappiness" cannot be a sandbox\'s own',
  },
  'no-such-parameter': {
    options: { sysctl: { 'net.ipv4.no_such': 1 } },
    text: '',
    says: 'step "open sysctl" \'net.ipv4.no_such\' failed with ENOENT',
  },
  'no-such-value': {
    options: { sysctl: { 'net.ipv4.ip_forward': 'x' } },
    text: '',
    says: 'step "write sysctl" \'net.ipv4.ip_forward = x\' failed with EINVAL',
  },
};

/** The descriptors that the files are passed, as a shell would open them. */
const WITH_DESCRIPTORS = [
  ...['bash', '-c', 'exec 3</etc/passwd 5</etc/passwd 77</etc/passwd; exec "$@"', 'bash'],
];

const tests = (files: Record<string, File>) =>
  Object.fromEntries(
    Object.entries(files).map(([name, { options, text }]) => [
      `${name}.test.js`,
      `${docblock(options)}${HELPERS}${text || `test('never runs', () => {});`}`,
    ]),
  );

const withoutSpace = (text: string) => text.replace(/\s+/g, ' ');

const resultOf = (run: JestRun, name: string) =>
  run.json?.testResults.find((file) => path.basename(file.name) === `${name}.test.js`);

let before: HostState;
let project: Project;
let run: JestRun;

async function runAll(files: Record<string, File>, config: object, wrapper: string[] = []) {
  before = hostState();
  project = new Project(tests(files));
  // Some of them run as another user.
  chmodSync(project.folder, 0o755);
  run = await project.run(config, { wrapper, args: ['-w', '2'] });
}

async function nothingIsLeft() {
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  const { cgroups: _, ...after } = hostState();
  const { cgroups: __, ...was } = before;
  expect(after).toEqual(was);
  project.remove();
}

describe('seen from inside', () => {
  beforeAll(() => runAll(INSIDE, ENTRY_LINES[0].config, WITH_DESCRIPTORS), 300_000);
  afterAll(nothingIsLeft);

  test.each(Object.keys(INSIDE))('%s', (name) => {
    const result = resultOf(run, name);
    expect(result?.message).toBe('');
    expect(result?.status).toBe('passed');
    expect(result?.assertionResults.length).toBeGreaterThan(0);
  });

  test('what was left had the time that was granted, and no more', () => {
    expect(existsSync(path.join(project.folder, 'left-with-time'))).toBe(true);
    expect(existsSync(path.join(project.folder, 'left-without'))).toBe(false);
  });
});

describe('refused, or ended early', () => {
  // By Jest's workers, with the environment alone: they open the sandboxes.
  beforeAll(() => runAll(REFUSED, ENTRY_LINES[1].config), 300_000);
  afterAll(nothingIsLeft);

  test.each(Object.entries(REFUSED))('%s', (name, { says }) => {
    const result = resultOf(run, name);
    const message = withoutSpace(result?.message ?? '');
    if (typeof says === 'string') expect(message).toContain(says);
    else expect(message).toMatch(says);
    expect(result?.assertionResults.filter(({ status }) => status === 'passed')).toEqual([]);
  });

  test('what was running at the limit had time to end well', () => {
    expect(existsSync(path.join(project.folder, 'late-with-time'))).toBe(true);
  });

  test("a worker's lack of descriptors is named", () => {
    const message = withoutSpace(resultOf(run, 'no-such-descriptor')?.message ?? '');
    expect(message).toContain("This is a worker of Jest's");
  });
});

import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CLI, cli, startCli } from '../support/cli';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { hasTerminals, Terminal } from '../support/terminal';
import { testIf } from '../support/test-if';

let before: HostState;
let folder: string;
beforeEach(async () => {
  await eventually(() => sandboxProcesses().length === 0);
  before = hostState();
  folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-test-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await eventually(() => sandboxProcesses().length === 0);
  expect(hostState()).toEqual(before);
});

/** S sleeping, T stopped. proc_pid_stat(5) */
const stateOf = (line: string) =>
  /\) (.)/.exec(readFileSync(`/proc/${line.split(' ')[0]}/stat`, 'utf8'))?.[1];

const HOST_NETWORK = readlinkSync('/proc/self/ns/net');

const sh = (script: string) => ['--', 'sh', '-c', script];

test('a command runs in a sandbox of its own, as a test file does', async () => {
  const { stdout, code } = await cli([
    'run',
    ...sh('uname -n; id -u; echo /proc/[0-9]*/; ls /sys/class/net; cat /proc/sysvipc/msg | wc -l'),
  ]);
  const [name, user, processes, links, queues] = stdout.split('\n');
  expect([name, user, links, queues]).toEqual(['sandbox', '0', 'lo', '1']);
  // ns-init and the shell.
  expect(processes?.split(' ')).toHaveLength(2);
  expect(code).toBe(0);
});

describe('options', () => {
  test.each<[string, string[], string, string]>([
    ['a text', ['--hostname', 'web-1'], 'uname -n', 'web-1'],
    ['a text that looks like a number', ['--hostname=7'], 'uname -n', '7'],
    ['a number', ['--rlimits', '{"nofile": 99}'], 'ulimit -n', '99'],
    ['octal digits', ['--umask', '27'], 'umask', '0027'],
    ['true without a value', ['--no-new-privileges'], 'grep NoNew /proc/self/status', '1'],
    ['false', ['--loopback', 'false'], 'cat /sys/class/net/lo/flags', '0x8'],
    ['JSON', ['--namespaces', '{"net":false}'], 'readlink /proc/self/ns/net', HOST_NETWORK],
    ['a pair', ['--namespaces', 'net=false'], 'readlink /proc/self/ns/net', HOST_NETWORK],
    ['pairs', ['--env', 'A=1', '--env', 'B={2}'], 'echo $A$B', '1{2}'],
    ['a number in a pair', ['--rlimits', 'nofile=98', '--rlimits', 'core=0'], 'ulimit -n', '98'],
    [
      'a list of one',
      ['--tmpfs', '/opt'],
      'grep -o " /opt - tmpfs\\| /opt .*tmpfs" /proc/mounts | wc -l',
      '1',
    ],
    [
      'a list, of texts and JSON',
      ['--tmpfs', '/opt', '--tmpfs', '{"path": "/srv", "size": "64k"}'],
      'grep -c "tmpfs /\\(opt\\|srv\\) tmpfs" /proc/mounts',
      '2',
    ],
    ['one given twice: the later', ['--hostname', 'a', '--hostname', 'b'], 'uname -n', 'b'],
    ['the spelling of JavaScript', ['--noNewPrivileges'], 'grep NoNew /proc/self/status', '1'],
    ['asPid1', ['--as-pid-1'], 'echo $$', '1'],
  ])('%s', async (_, words, script, shown) => {
    const { stdout, stderr, code } = await cli(['run', ...words, ...sh(script)]);
    expect({ stderr, code, last: stdout.trim().split(/\s/).at(-1) }).toEqual({
      stderr: '',
      code: 0,
      last: shown,
    });
  });

  test('of a file, with those of the command line over them', async () => {
    const file = path.join(folder, 'options.json');
    writeFileSync(file, JSON.stringify({ hostname: 'file', domainname: 'of.file' }));
    const script = 'uname -n; cat /proc/sys/kernel/domainname';
    const { stdout } = await cli(['run', '--hostname', 'words', '--options', file, ...sh(script)]);
    expect(stdout).toBe('words\nof.file\n');
  });

  test('descriptors are passed on, and no others', async () => {
    const file = path.join(folder, 'file');
    const fd = openSync(file, 'w+');
    try {
      const child = spawn(
        process.execPath,
        [CLI, 'run', '--pass-fds', '5', ...sh('ls /proc/self/fd | xargs; echo >&5 passed')],
        { stdio: ['ignore', 'pipe', 'inherit', fd, fd, fd], env: process.env },
      );
      let output = '';
      child.stdout?.on('data', (chunk) => {
        output += chunk;
      });
      await new Promise((resolve) => child.once('close', resolve));
      // ls has opened the directory.
      expect(output).toBe('0 1 2 3 5\n');
    } finally {
      closeSync(fd);
    }
  });
});

describe('refused, with exit code 2 and the words of the option reader', () => {
  test.each([
    [['--hostnam', 'x'], 'Unknown option "hostnam". Did you mean "hostname"?'],
    [
      ['--hostname'],
      'Expected the option "hostname" to be a non-empty string without NUL, got true',
    ],
    [['--tmpfs', 'a'], `Expected the option "tmpfs[0]" to be an absolute path, got 'a'`],
    [['--map-auto', 'yes'], `Expected the option "mapAuto" to be true or false, got 'yes'`],
    [['--namespaces', 'nett=false'], 'Unknown option "namespaces.nett". Did you mean'],
    [['--network', 'none', '--namespaces', 'net=false'], 'contradict each other'],
    [['--launch', 'exec'], '"launch" says how a test file is run, and ns-jest run runs none'],
    [['--base-environment', 'jsdom'], 'says how a test file is run'],
    [['--url', 'http://a.test'], 'says how a test file is run'],
    [['--options', '/nowhere.json'], 'Could not read the options of /nowhere.json: ENOENT'],
    [['ls'], '"ls" is no option. A command goes behind "--"'],
  ])('%j', async (words, message) => {
    const { stdout, stderr, code } = await cli(['run', ...words, '--', 'echo', 'ran']);
    expect(stderr).toContain(message);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
  });

  test('no command', async () => {
    const { stderr, code } = await cli(['run', '--hostname', 'a']);
    expect({ stderr, code }).toEqual({
      stderr: 'ns-jest: There is no command. It goes behind "--"\n',
      code: 2,
    });
  });
});

describe('the exit code', () => {
  test.each([
    ["is the command's", ['sh', '-c', 'exit 7'], 7],
    ['is 128 and the signal that killed it', ['sh', '-c', 'kill -SEGV $$'], 139],
    ['is 127 where there is no such command', ['/no/such/command'], 127],
    ['is 126 where it cannot be executed', ['/etc/passwd'], 126],
  ])('%s', async (_, command, expected) => {
    expect((await cli(['run', '--', ...command])).code).toBe(expected);
  });

  test('is 125 where there is no sandbox, with the step that failed', async () => {
    const { code, stderr } = await cli(['run', '--cwd', '/nowhere', ...sh('echo ran')]);
    expect(stderr).toBe(
      'ns-jest: Could not open the sandbox: step "change directory" \'/nowhere\' failed with ENOENT (no such file or directory)\n',
    );
    expect(code).toBe(125);
  });
});

test('streams are those of the caller', async () => {
  const { child, ended } = startCli(['run', ...sh('cat; echo said >&2')]);
  child.stdin?.end('given\n');
  const { stdout, stderr } = await ended;
  expect({ stdout, stderr }).toEqual({ stdout: 'given\n', stderr: 'said\n' });
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
  '%s reaches the command, which says how that ends',
  async (signal) => {
    const name = signal.slice(3);
    const { child, ended, output } = startCli([
      'run',
      ...sh(`trap 'echo got ${name}; exit 9' ${name}; echo ready; while :; do sleep 0.05; done`),
    ]);
    await eventually(() => output().includes('ready'));
    child.kill(signal);
    const { stdout, code } = await ended;
    expect({ stdout, code }).toEqual({ stdout: `ready\ngot ${name}\n`, code: 9 });
  },
);

test('all of it dies with its caller, however that dies', async () => {
  const { child, ended, output } = startCli(['run', ...sh('setsid sleep 1000 & echo ready; wait')]);
  await eventually(() => output().includes('ready'));
  child.kill('SIGKILL');
  await ended;
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
});

describe('at a terminal', () => {
  const testAtTerminal = testIf(hasTerminals(), 'a terminal: tmux');
  let terminal: Terminal;
  afterEach(() => terminal?.close());
  const open = (...command: string[]) => {
    terminal = new Terminal(command, { cwd: '/', env: { ...process.env, PS1: 'outer> ' } });
    return terminal;
  };
  const run = `${process.execPath} ${CLI} run`;
  const catIs = (state: string) =>
    eventually(() =>
      sandboxProcesses().some((each) => /^\d+ cat$/.test(each) && stateOf(each) === state),
    );

  testAtTerminal('a shell has job control', async () => {
    open(process.execPath, CLI, 'run', '--env', 'PS1=in> ', '--', 'bash', '--norc');
    await terminal.shows('in>');
    terminal.type('uname -n; sleep 1000\n');
    await terminal.shows('sandbox');
    terminal.press('C-z');
    await terminal.shows('Stopped');
    terminal.type('fg\n');
    await terminal.shows('\nsleep 1000');
    terminal.press('C-c');
    terminal.type('exit 6\n');
    expect(await terminal.ended()).toBe(6);
  });

  testAtTerminal('it is a job of the shell that it was started from', async () => {
    open('bash', '--norc', '-i');
    await terminal.shows('outer>');
    terminal.type(`${run} -- sh -c 'echo ready; cat; echo end'\n`);
    await terminal.shows('\nready');
    terminal.press('C-z');
    await terminal.shows('Stopped', 'outer>');
    terminal.type('echo mine\n');
    await terminal.shows('\nmine');
    terminal.wipe();
    terminal.type('bg\n');
    // In the background it may not read.
    await catIs('T');
    terminal.type('jobs\n');
    await terminal.shows('[1]+  Stopped');
    terminal.wipe();
    terminal.type('fg\n');
    await catIs('S');
    terminal.type('typed\n');
    await terminal.shows('typed\ntyped');
    terminal.press('C-d');
    await terminal.shows('\nend');
    terminal.type(`${run} -- sleep 1000 || echo code $?\n`);
    await eventually(() => sandboxProcesses().some((each) => /^\d+ sleep 1000$/.test(each)));
    terminal.press('C-c');
    await terminal.shows('code 130');
    terminal.type('exit\n');
    await terminal.ended();
  });

  testAtTerminal('in a pipeline others have it, until the command asks', async () => {
    open('bash', '--norc', '-i');
    await terminal.shows('outer>');
    const reads = (who: string) => `sh -c 'read x </dev/tty; cat; echo ${who} read $x'`;
    terminal.type(`${run} -- sh -c 'echo ready' | ${reads('other')}\n`);
    await terminal.shows(`read $x'`);
    terminal.type('one\n');
    await terminal.shows('\nready', '\nother read one');
    terminal.type(`${run} -- ${reads('command').replace('cat; ', '')} | cat\n`);
    terminal.type('two\n');
    await terminal.shows('\ncommand read two');
    terminal.type(`${run} -- sh -c 'echo slow; sleep 1000' | cat\n`);
    await terminal.shows('\nslow');
    terminal.press('C-z');
    await terminal.shows('Stopped');
    const state = () =>
      sandboxProcesses()
        .filter((each) => /^\d+ sleep 1000$/.test(each))
        .map(stateOf);
    expect(await eventually(() => state().join() === 'T')).toBe(true);
    terminal.type('fg\n');
    expect(await eventually(() => state().join() === 'S')).toBe(true);
    terminal.press('C-c');
    expect(await eventually(() => state().length === 0)).toBe(true);
    terminal.type('exit\n');
    await terminal.ended();
  });

  testAtTerminal('Ctrl-C reaches a command in a session of its own once', async () => {
    open('bash', '--norc', '-i');
    await terminal.shows('outer>');
    const counts = `trap "n=1\\$n" INT; echo ready; while [ -z "$n" ]; do sleep 0.05; done; sleep 0.5; exit $n`;
    terminal.type(`${run} --new-session -- sh -c '${counts}'; echo code $?\n`);
    await terminal.shows('\nready');
    terminal.press('C-c');
    await terminal.shows('code 1\n');
  });

  testAtTerminal('where no shell could let it go on, it is not stopped', async () => {
    open(process.execPath, CLI, 'run', '--', 'sh', '-c', 'echo ready; sleep 2; echo went on');
    await terminal.shows('ready');
    terminal.press('C-z');
    expect(await terminal.ended()).toBe(0);
  });
});

import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

describe('programs', () => {
  test('run to their end where the agent is', () => {
    const agent = ns.agent({ unshare: ['user', 'uts'] });
    agent.uts.setHostname('inner');
    expect(agent.run('sh', ['-c', 'uname -n; echo no >&2; exit 3'])).toStrictEqual({
      code: 3,
      signal: null,
      stdout: 'inner\n',
      stderr: 'no\n',
    });
  });

  test('may print more than a pipe holds', () => {
    const { stdout } = ns.agent().run('head', ['-c', '300000', '/dev/zero']);
    expect(stdout).toHaveLength(300_000);
  });

  test('have the environment and the directory that they are given', () => {
    const options = { env: { PATH: process.env.PATH, GREETING: 'hello' }, cwd: '/' };
    const { stdout } = ns.agent().run('sh', ['-c', 'echo $GREETING; pwd'], options);
    expect(stdout).toBe('hello\n/\n');
  });

  test('that are not there are ENOENT', () => {
    const agent = ns.agent();
    // execvp(3) says EACCES instead if it may not look into a directory of the PATH.
    const env = { PATH: '/usr/bin:/bin' };
    expect(() => agent.run('no-such-program', [], { env })).toThrow(
      expect.objectContaining({ code: 'ENOENT', syscall: 'execve', path: 'no-such-program' }),
    );
    expect(() => agent.wait()).toThrow(expect.objectContaining({ code: 'ECHILD' }));
  });

  test('that do not end are killed', () => {
    const agent = ns.agent();
    expect(() => agent.run('sleep', ['1000'], { timeout: 100 })).toThrow(
      /sleep did not end within 100 ms/,
    );
    expect(agent.ids().pid).toBe(agent.pid);
  });

  test('that print without end are killed as well', () => {
    const start = process.hrtime.bigint();
    expect(() => ns.agent().run('timeout', ['5', 'yes'], { timeout: 200 })).toThrow(
      /timeout did not end within 200 ms/,
    );
    expect(Number(process.hrtime.bigint() - start)).toBeLessThan(3e9);
  });

  test('are heard to their last word, whenever it comes', () => {
    const agent = ns.agent();
    // The agent looks around every 50 ms.
    const delays = Array.from({ length: 30 }, (_, index) => `0.0${45 + (index % 6)}`);
    const said = delays.map((delay) => agent.run('sh', ['-c', `sleep ${delay}; echo word`]).stdout);
    expect(said).toStrictEqual(delays.map(() => 'word\n'));
  });

  test('leave output behind only as long as they run', () => {
    const { stdout } = ns
      .agent()
      .run('sh', ['-c', '(sleep 0.3; echo late) & echo now'], { timeout: 5000 });
    expect(stdout).toBe('now\n');
  });

  test('are not given what they cannot be', () => {
    const agent = ns.agent();
    expect(() => agent.run('true', [], { env: { A: 'b\0c' } })).toThrow(/variable "A" .* NUL/);
    expect(() => agent.run('true', [], { cwd: '' })).toThrow(/cwd not to be empty/);
    expect(() => agent.run('true', [], { timeout: 0 })).toThrow(/timeout/);
    expect(() => agent.spawn('true', [], { timeout: 5 } as never)).toThrow(/option "timeout"/);
  });

  test('can take the place of the agent', () => {
    const maker = ns.agent();
    const agent = maker.fork();
    agent.exec('sh', ['-c', 'exit 5']);
    expect(maker.wait(agent)).toMatchObject({ code: 5 });
  });
});

describe('signals', () => {
  test('are recorded with who sent them', () => {
    const agent = ns.agent();
    agent.signals.record(['SIGUSR1', 'SIGUSR2']);
    process.kill(agent.pid, 'SIGUSR1');
    agent.kill(agent.ids().pid, 'SIGUSR2');
    expect(agent.signals.recorded()).toMatchObject([
      { signal: 'SIGUSR1', code: 0, codeName: 'SI_USER', pid: process.pid },
      { signal: 'SIGUSR2', pid: agent.pid },
    ]);
    expect(agent.signals.recorded()).toStrictEqual([]);
  });

  test('are blocked, pending, waited for', () => {
    const agent = ns.agent();
    agent.signals.block('SIGTERM');
    expect(agent.signals.blocked()).toStrictEqual(['SIGTERM']);
    process.kill(agent.pid, 'SIGTERM');
    expect(agent.signals.pending()).toStrictEqual(['SIGTERM']);
    expect(agent.signals.wait('SIGTERM', 1000)).toMatchObject({
      signal: 'SIGTERM',
      pid: process.pid,
    });
    expect(() => agent.signals.wait('SIGTERM', 1)).toThrow(
      expect.objectContaining({ code: 'EAGAIN' }),
    );
  });

  test('interrupt a call if asked to', () => {
    const agent = ns.agent();
    agent.signals.record('SIGUSR1', { restart: false });
    const pending = agent.startSyscall('ppoll', null, 0, null, null, 0);
    while (ns.processes.get(agent.pid)?.state !== 'S') ns.agent().end();
    process.kill(agent.pid, 'SIGUSR1');
    expect(() => pending.result()).toThrow(expect.objectContaining({ code: 'EINTR' }));
  });

  test('are ignored', () => {
    const agent = ns.agent();
    agent.signals.ignore('SIGTERM');
    process.kill(agent.pid, 'SIGTERM');
    expect(agent.ids().pid).toBe(agent.pid);
  });
});

test('a restart kills the init of a PID namespace, and never that of the test', () => {
  const maker = ns.agent({ unshare: ['user', 'pid'] });
  const init = maker.clone({ unshare: ['pid'] });
  // LINUX_REBOOT_CMD_RESTART
  expect(() => init.reboot(0x1234567)).toThrow(/was killed by SIGHUP/);
  expect(() => ns.agent().reboot(0x1234567)).toThrow(/this one is in that of the test/);
});

test('a signal tells of a pipe that has something to read', () => {
  const reader = ns.agent();
  const writer = ns.agent();
  const pipe = reader.fs.pipe();
  reader.signals.record('SIGUSR1');
  reader.fs.fcntl(pipe.read, 'F_SETOWN', reader.ids().pid);
  reader.fs.fcntl(pipe.read, 'F_SETSIG', ns.constants.SIG.SIGUSR1);
  reader.fs.fcntl(pipe.read, 'F_SETFL', ns.constants.O.O_ASYNC);
  writer.fs.write(reader.passDescriptor(pipe.write, writer), 'x');
  expect(reader.signals.recorded()).toMatchObject([{ codeName: 'POLL_IN', fd: pipe.read }]);
});

test('a child may share its working directory with its maker', () => {
  const maker = ns.agent();
  const child = maker.clone({ flags: 'CLONE_FS' });
  child.fs.chdir('/proc');
  expect(maker.fs.getcwd()).toBe('/proc');
});

test('descriptors travel from one agent to another', () => {
  const from = ns.agent();
  const to = ns.agent({ unshare: ['user', 'mount'] });
  from.fs.writeFile('/tmp/travels', 'hello');
  const fd = from.passDescriptor(from.fs.open('/tmp/travels'), to);
  expect(to.fs.read(fd).toString()).toBe('hello');
});

test('memory is read and written by its address', () => {
  const agent = ns.agent();
  const address = agent.syscall('mmap', 0, 4096, 3, 0x22, -1, 0);
  agent.memory.write(address, 'hello');
  expect(agent.memory.read(address, 5).toString()).toBe('hello');
  expect(() => agent.memory.read(8, 1)).toThrow(expect.objectContaining({ code: 'EFAULT' }));
});

test('a pidfd tells the end of its process', () => {
  const agent = ns.agent();
  const child = agent.fork();
  const pidfd = agent.pidfd.open(child.pidInParent);
  expect(agent.pidfd.hasEnded(pidfd)).toBe(false);
  agent.pidfd.sendSignal(pidfd, 'SIGKILL');
  expect(agent.pidfd.hasEnded(pidfd, 1000)).toBe(true);
  expect(agent.wait(child)).toMatchObject({ signal: 'SIGKILL' });
});

test('a structure of C is passed to any system call', () => {
  const agent = ns.agent();
  const { read, write } = agent.fs.pipe();
  const iovec = ns.struct({ base: 'pointer', length: 'u64' });
  agent.syscall('writev', write, iovec.pack({ base: Buffer.from('hello'), length: 5 }), 1);
  const room = Buffer.alloc(8);
  expect(agent.syscall('readv', read, iovec.pack({ base: room, length: 8 }), 1)).toBe(5);
  expect(room.toString('utf8', 0, 5)).toBe('hello');
});

test('a lock is waited for while another agent holds it', () => {
  const one = ns.agent();
  const other = ns.agent();
  one.fs.writeFile('/tmp/lock', '');
  const [fd, otherFd] = [one.fs.open('/tmp/lock'), other.fs.open('/tmp/lock')];
  // LOCK_EX and LOCK_UN
  other.syscall('flock', otherFd, 2);
  const pending = one.startSyscall('flock', fd, 2);
  expect(pending.done()).toBe(false);
  other.syscall('flock', otherFd, 8);
  expect(pending.result()).toBe(0);
});

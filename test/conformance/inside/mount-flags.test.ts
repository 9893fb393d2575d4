import { describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { errnoOf } from '../support/errno';
import { bindBeside, directory, isMounted, mounter, tmpfs } from '../support/mount-agent';

// What a mount is with each of its flags: what it allows, and what it reports.

/** A tmpfs at /tmp/point with a file in it, remounted with these flags. */
function mountWith(flags: readonly (keyof typeof ns.constants.MS)[]): Agent {
  const agent = mounter();
  tmpfs(agent, '/tmp/point');
  agent.fs.writeFile('/tmp/point/file', 'content');
  agent.mounts.mount({ target: '/tmp/point', flags: ['MS_REMOUNT', 'MS_BIND', ...flags] });
  return agent;
}

const reported = [
  { flag: 'MS_RDONLY', st: 'ST_RDONLY', option: 'ro' },
  { flag: 'MS_NODEV', st: 'ST_NODEV', option: 'nodev' },
  { flag: 'MS_NOEXEC', st: 'ST_NOEXEC', option: 'noexec' },
  { flag: 'MS_NOSUID', st: 'ST_NOSUID', option: 'nosuid' },
  { flag: 'MS_NOATIME', st: 'ST_NOATIME', option: 'noatime' },
  { flag: 'MS_NODIRATIME', st: 'ST_NODIRATIME', option: 'nodiratime' },
  { flag: 'MS_NOSYMFOLLOW', st: 'ST_NOSYMFOLLOW', option: 'nosymfollow' },
] as const;

describe('MNT-25', () => {
  test.each(reported)('$flag is reported by statfs and mountinfo', ({ flag, st, option }) => {
    const agent = mountWith([flag]);
    expect(agent.mounts.statfs('/tmp/point').flags).toContain(st);
    expect(agent.mounts.get('/tmp/point')?.options).toContain(option);
    expect(agent.mounts.statfs('/tmp').flags).not.toContain(st);
  });

  test('a read-only mount refuses writes with EROFS, and a writable one beside it does not', () => {
    const agent = mountWith([]);
    bindBeside(agent, '/tmp/point', '/tmp/writable');
    agent.mounts.mount({ target: '/tmp/point', flags: ['MS_REMOUNT', 'MS_BIND', 'MS_RDONLY'] });
    const write = (path: string) => errnoOf(() => agent.fs.writeFile(path, 'new'));
    expect(write('/tmp/point/file')).toBe('EROFS');
    expect(write('/tmp/point/other')).toBe('EROFS');
    expect(() => agent.fs.unlink('/tmp/point/file')).toFailWithErrno('EROFS');
    expect(() => agent.fs.mkdir('/tmp/point/directory')).toFailWithErrno('EROFS');
    expect(agent.fs.readFile('/tmp/point/file')).toBe('content');
    expect(write('/tmp/writable/file')).toBe('none');
    expect(agent.fs.readFile('/tmp/point/file')).toBe('new');
  });

  test('a read-only remount of the file system itself, not of one mount, is for all its mounts', () => {
    const agent = mountWith([]);
    bindBeside(agent, '/tmp/point', '/tmp/other');
    agent.mounts.mount({ target: '/tmp/point', flags: ['MS_REMOUNT', 'MS_RDONLY'] });
    expect(() => agent.fs.writeFile('/tmp/other/file', '')).toFailWithErrno('EROFS');
    expect(agent.mounts.get('/tmp/other')?.superOptions).toContain('ro');
    expect(agent.mounts.get('/tmp/other')?.options).toContain('rw');
  });

  test('a noexec mount refuses to execute with EACCES', () => {
    const agent = mountWith([]);
    agent.fs.writeFile('/tmp/point/program', '#!/bin/sh\nexit 7\n', { mode: 0o755 });
    expect(agent.run('/tmp/point/program').code).toBe(7);
    agent.mounts.mount({ target: '/tmp/point', flags: ['MS_REMOUNT', 'MS_BIND', 'MS_NOEXEC'] });
    expect(() => agent.run('/tmp/point/program')).toFailWithErrno('EACCES');
  });

  test('a nodev mount refuses to open devices with EACCES', () => {
    const agent = mounter();
    agent.fs.writeFile('/tmp/null', '');
    agent.mounts.bind('/dev/null', '/tmp/null');
    expect(() => agent.fs.open('/tmp/null')).not.toThrow();
    agent.mounts.mount({ target: '/tmp/null', flags: ['MS_REMOUNT', 'MS_BIND', 'MS_NODEV'] });
    expect(() => agent.fs.open('/tmp/null')).toFailWithErrno('EACCES');
  });

  test('a nosymfollow mount refuses links with ELOOP', () => {
    const agent = mountWith([]);
    agent.fs.symlink('file', '/tmp/point/link');
    expect(agent.fs.readFile('/tmp/point/link')).toBe('content');
    agent.mounts.mount({
      target: '/tmp/point',
      flags: ['MS_REMOUNT', 'MS_BIND', 'MS_NOSYMFOLLOW'],
    });
    expect(() => agent.fs.readFile('/tmp/point/link')).toFailWithErrno('ELOOP');
    expect(agent.fs.readlink('/tmp/point/link')).toBe('file');
  });

  const old = 1_000_000_000n;

  /** Reads a file whose times are of long ago; whether the time of access has moved. */
  function readingTouches(agent: Agent): boolean {
    const times = Buffer.alloc(32);
    times.writeBigInt64LE(old);
    times.writeBigInt64LE(old + 1n, 16);
    const at = ns.constants.AT.AT_FDCWD;
    agent.syscall('utimensat', at, '/tmp/point/file', times, 0);
    // Once, so that relatime, too, sees an access later than the change.
    const first = accessTime(agent);
    agent.fs.readFile('/tmp/point/file');
    return accessTime(agent) !== first;
  }

  function accessTime(agent: Agent): bigint {
    const STATX_ATIME = 0x20;
    const buffer = Buffer.alloc(256);
    agent.syscall('statx', ns.constants.AT.AT_FDCWD, '/tmp/point/file', 0, STATX_ATIME, buffer);
    return buffer.readBigInt64LE(64);
  }

  test.each([
    { flag: 'MS_NOATIME', touches: false },
    { flag: 'MS_STRICTATIME', touches: true },
    { flag: 'MS_RELATIME', touches: true },
  ] as const)(
    '$flag: reading an old file changes its time of access: $touches',
    ({ flag, touches }) => {
      expect(readingTouches(mountWith([flag]))).toBe(touches);
    },
  );
});

test('MNT-46 a read-only remount of a recursive bind does not reach submounts', () => {
  const agent = mounter();
  tmpfs(agent, '/tmp/source');
  tmpfs(agent, '/tmp/source/below');
  directory(agent, '/tmp/bound');
  agent.mounts.bind('/tmp/source', '/tmp/bound', { recursive: true });
  agent.mounts.mount({
    target: '/tmp/bound',
    flags: ['MS_REMOUNT', 'MS_BIND', 'MS_REC', 'MS_RDONLY'],
  });
  expect(() => agent.fs.writeFile('/tmp/bound/file', '')).toFailWithErrno('EROFS');
  expect(() => agent.fs.writeFile('/tmp/bound/below/file', '')).not.toThrow();
  expect(() => agent.fs.writeFile('/tmp/source/file', '')).not.toThrow();
});

test('MNT-53 a masked file reads empty, and cannot be removed, nor uncovered from further inside', () => {
  const agent = mounter();
  agent.fs.writeFile('/tmp/secret', 'secret');
  agent.mounts.bind('/dev/null', '/tmp/secret');
  expect(agent.fs.readFile('/tmp/secret')).toBe('');
  expect(() => agent.fs.unlink('/tmp/secret')).toFailWithErrno('EBUSY');
  const inner = agent.clone({ unshare: ['user', 'mount'] });
  expect(inner.fs.readFile('/tmp/secret')).toBe('');
  expect(() => inner.mounts.umount('/tmp/secret')).toFailWithErrno('EINVAL');
  agent.mounts.umount('/tmp/secret');
  expect(agent.fs.readFile('/tmp/secret')).toBe('secret');
});

test.each([
  { what: 'tmpfs', flags: [] as const, writable: true },
  { what: 'tmpfs', flags: ['MS_RDONLY'] as const, writable: false },
])('MNT-66 an added $what with $flags is writable: $writable', ({ flags, writable }) => {
  const agent = mounter();
  directory(agent, '/tmp/point');
  agent.mounts.mount({ source: 'x', target: '/tmp/point', type: 'tmpfs', flags });
  const result = errnoOf(() => agent.fs.writeFile('/tmp/point/file', ''));
  expect(result).toBe(writable ? 'none' : 'EROFS');
});

test('MNT-66 a bind is as writable as it was made, whatever its source is', () => {
  const agent = mounter();
  directory(agent, '/tmp/source');
  bindBeside(agent, '/tmp/source', '/tmp/rw');
  bindBeside(agent, '/tmp/source', '/tmp/ro');
  agent.mounts.mount({ target: '/tmp/ro', flags: ['MS_REMOUNT', 'MS_BIND', 'MS_RDONLY'] });
  expect(() => agent.fs.writeFile('/tmp/rw/file', 'seen')).not.toThrow();
  expect(() => agent.fs.writeFile('/tmp/ro/file', '')).toFailWithErrno('EROFS');
  expect(agent.fs.readFile('/tmp/ro/file')).toBe('seen');
});

test('MNT-68 a path made inaccessible shows nothing of what it covers, and cannot be written', () => {
  const agent = mounter();
  directory(agent, '/tmp/hidden');
  agent.fs.writeFile('/tmp/hidden/file', 'content');
  agent.mounts.mount({
    source: 'x',
    target: '/tmp/hidden',
    type: 'tmpfs',
    flags: 'MS_RDONLY',
    data: 'mode=000,size=4k',
  });
  expect(agent.fs.stat('/tmp/hidden').mode & 0o777).toBe(0);
  expect(agent.fs.exists('/tmp/hidden/file')).toBe(false);
  expect(() => agent.fs.writeFile('/tmp/hidden/file', '')).toFailWithErrno('EROFS');
  expect(isMounted(agent, '/tmp/hidden')).toBe(true);
  // And without the capabilities that override permissions it cannot be entered at all.
  agent.user.setCapabilities({ effective: ['CAP_SYS_ADMIN'] });
  expect(() => agent.fs.readdir('/tmp/hidden')).toFailWithErrno('EACCES');
});

import fs from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

describe('files', () => {
  test('are read, written and looked at', () => {
    const agent = ns.agent();
    agent.fs.mkdir('/tmp/files', 0o700);
    agent.fs.writeFile('/tmp/files/a', 'hello');
    agent.fs.symlink('a', '/tmp/files/b');
    expect(agent.fs.readFile('/tmp/files/b')).toBe('hello');
    expect(agent.fs.readlink('/tmp/files/b')).toBe('a');
    expect(agent.fs.readdir('/tmp/files')).toStrictEqual(['a', 'b']);
    expect(agent.fs.stat('/tmp/files/a')).toMatchObject({ size: 5, isFile: true, uid: 0 });
    expect(agent.fs.lstat('/tmp/files/b').isSymlink).toBe(true);
    expect(agent.fs.stat('/tmp/files').ino).toBe(fs.statSync('/tmp/files').ino);
  });

  test('of any size come back whole', () => {
    const agent = ns.agent();
    const bytes = Buffer.alloc(300_000, 'abc');
    agent.fs.writeFile('/tmp/large', bytes);
    expect(fs.readFileSync('/tmp/large').equals(bytes)).toBe(true);
    expect(agent.fs.readBytes('/tmp/large').equals(bytes)).toBe(true);
  });

  test('that are not there are ENOENT with their path', () => {
    expect(() => ns.agent().fs.readFile('/nope')).toThrow(
      expect.objectContaining({ code: 'ENOENT', syscall: 'openat', path: '/nope' }),
    );
  });
});

describe('mounts', () => {
  const inOwnNamespace = () => {
    const agent = ns.agent({ unshare: ['user', 'mount'] });
    agent.fs.mkdir('/tmp/mounts');
    return agent;
  };

  test('are made, seen by the agent alone, and taken away', () => {
    const agent = inOwnNamespace();
    const options = { source: 'none', target: '/tmp/mounts', type: 'tmpfs' };
    agent.mounts.mount({ ...options, flags: ['MS_NOSUID', 'MS_NODEV'], data: 'size=64k' });
    expect(agent.mounts.get('/tmp/mounts')).toMatchObject({ type: 'tmpfs' });
    expect(agent.mounts.statfs('/tmp/mounts').flags).toEqual([
      'ST_NOSUID',
      'ST_NODEV',
      'ST_RELATIME',
    ]);
    expect(ns.mounts.get('/tmp/mounts')).toBeUndefined();
    agent.mounts.umount('/tmp/mounts', 'MNT_DETACH');
    expect(agent.mounts.get('/tmp/mounts')).toBeUndefined();
    fs.rmdirSync('/tmp/mounts');
  });

  test('are made by descriptors', () => {
    const agent = inOwnNamespace();
    const context = agent.mounts.fsopen('tmpfs');
    agent.mounts.fsconfig(context, 'FSCONFIG_SET_STRING', 'size', '1m');
    agent.mounts.fsconfig(context, 'FSCONFIG_CMD_CREATE');
    const mount = agent.mounts.fsmount(context, 'MOUNT_ATTR_NOEXEC');
    agent.mounts.moveMount(mount, '/tmp/mounts');
    agent.mounts.setattr('/tmp/mounts', { set: 'MOUNT_ATTR_RDONLY' });
    expect(agent.mounts.get('/tmp/mounts')?.options).toEqual(['ro', 'noexec', 'relatime']);
    expect(() => agent.mounts.fsopen('nope')).toThrow(expect.objectContaining({ code: 'ENODEV' }));
    agent.mounts.umount('/tmp/mounts', 'MNT_DETACH');
    fs.rmdirSync('/tmp/mounts');
  });
});

describe('mounts by their ids', () => {
  ns.needs('mount.listmount', 'mount.statmount').test('are those of mountinfo', () => {
    const agent = ns.agent({ unshare: ['user', 'mount'] });
    agent.mounts.mount({ source: 'probe', target: '/tmp', type: 'tmpfs', flags: 'MS_NOEXEC' });
    const ids = agent.mounts.listIds();
    const top = agent.fs.stat('/tmp').mountId;
    expect(ids).toContain(top);
    const found = agent.mounts.statmount(top);
    expect(found).toMatchObject({ id: top, type: 'tmpfs', target: '/tmp', root: '/' });
    expect(found.attributes).toContain('MOUNT_ATTR_NOEXEC');
    expect(found.oldId).toBe(agent.mounts.get('/tmp')?.id);
    const namespace = agent.ioctl.mountNamespaceId(agent.namespaces.open('mount'));
    expect(found.namespaceId).toBe(namespace);
    // In pages, the same.
    const pages: bigint[] = [];
    for (let after = 0n; ; after = pages.at(-1) as bigint) {
      const page = agent.mounts.listIds({ after, limit: 3 });
      if (page.length === 0) break;
      pages.push(...page);
    }
    expect(pages).toEqual(ids);
  });

  ns.needs('mount.idmap').test('an id-mapped one shows other owners', () => {
    const agent = ns.agent({ unshare: ['user', 'mount'] });
    agent.mounts.mount({ source: 'none', target: '/tmp', type: 'tmpfs' });
    agent.fs.mkdir('/tmp/seen');
    agent.fs.mkdir('/tmp/real');
    agent.fs.writeFile('/tmp/real/file', '');
    const shifted = agent.clone({
      unshare: ['user'],
      uidMap: [{ inside: 0, outside: 1000, count: 1 }],
      gidMap: [{ inside: 0, outside: 1000, count: 1 }],
    });
    const userNamespace = shifted.passDescriptor(shifted.namespaces.open('user'), agent);
    const tree = agent.mounts.openTree('/tmp/real');
    agent.mounts.setattr(tree, { set: 'MOUNT_ATTR_IDMAP', userNamespace });
    agent.mounts.moveMount(tree, '/tmp/seen');
    expect(agent.fs.stat('/tmp/real/file').uid).toBe(0);
    expect(agent.fs.stat('/tmp/seen/file').uid).toBe(1000);
  });

  test('a new root is switched to', () => {
    const agent = ns.agent({ unshare: ['user', 'mount'] });
    agent.mounts.propagation('/', ['MS_REC', 'MS_PRIVATE']);
    agent.mounts.mount({ source: 'none', target: '/tmp', type: 'tmpfs' });
    agent.fs.mkdir('/tmp/old');
    agent.mounts.pivotRoot('/tmp', '/tmp/old');
    agent.fs.chdir('/');
    expect(agent.fs.readdir('/')).toEqual(['old']);
    agent.mounts.umount('/old', 'MNT_DETACH');
    expect(agent.fs.readdir('/old')).toEqual([]);
    expect(() => agent.mounts.pivotRoot('/nope', '/')).toFailWithErrno('ENOENT');
  });

  test('the propagation is told', () => {
    const agent = ns.agent({ unshare: ['user', 'mount'] });
    agent.mounts.mount({ source: 'none', target: '/tmp', type: 'tmpfs' });
    agent.mounts.propagation('/tmp', 'MS_SHARED');
    const child = agent.clone({ unshare: ['mount'] });
    child.fs.mkdir('/tmp/below');
    agent.mounts.bind('/tmp/below', '/tmp/below');
    expect(agent.mounts.get('/tmp')?.propagation.shared).toBeDefined();
    expect(child.mounts.get('/tmp/below')).toBeDefined();
    child.mounts.propagation('/tmp', 'MS_PRIVATE');
    agent.mounts.umount('/tmp/below');
    expect(child.mounts.get('/tmp/below')).toBeDefined();
  });
});

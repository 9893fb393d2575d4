import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('the ids are the inode numbers of /proc/self/ns', () => {
  const ids = ns.namespaces.ids();
  expect(ids.net).toBe(fs.statSync('/proc/self/ns/net').ino);
  expect(ids.mount).toBe(fs.statSync('/proc/self/ns/mnt').ino);
});

test('init is in the same namespaces as the test', () => {
  expect(ns.namespaces.ids(1)).toStrictEqual(ns.namespaces.ids());
});

test('there are no ids of a process that does not exist', () => {
  expect(() => ns.namespaces.ids(2 ** 31 - 1)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
});

test("what was asked for is not the host's", () => {
  const inside = ns.namespaces.ids();
  const outside = ns.namespaces.hostIds();
  const asked = ns.namespaces.asked();
  expect(asked).not.toHaveLength(0);
  for (const name of asked) expect(inside[name]).not.toBe(outside[name]);
});

test('what the helpers return belongs to the realm of the test', () => {
  expect(ns.namespaces.hostIds()).toStrictEqual({ ...ns.namespaces.hostIds() });
  expect(ns.namespaces.asked()).toBeInstanceOf(Array);
});

/** A process in fresh namespaces; ended by its own end of input. */
async function processIn(...flags: string[]) {
  const child = spawn('unshare', [...flags, 'cat'], { stdio: 'pipe' });
  child.stdin.write('ready');
  await once(child.stdout, 'data');
  return {
    pid: child.pid as number,
    async end() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

test('the list has every namespace of this process, with those in it', () => {
  const ids = ns.namespaces.ids();
  const list = ns.namespaces.list();
  for (const [type, inode] of Object.entries(ids)) {
    expect(list).toContainEqual(
      expect.objectContaining({ type, inode, pid: 1, command: expect.stringMatching(/ns-init/) }),
    );
  }
  expect(ns.namespaces.list({ type: 'uts' })).toStrictEqual([
    {
      type: 'uts',
      inode: ids.uts,
      processes: ns.processes.list().length,
      pid: 1,
      command: expect.stringMatching(/ns-init/),
      owner: ids.user,
      uid: expect.any(Number),
      fds: [],
      paths: [],
    },
  ]);
});

test('a namespace made by a child is listed, and no more when the child has ended', async () => {
  const child = await processIn('--uts', '--net');
  const { uts, net } = ns.namespaces.ids(child.pid);
  const listed = ns.namespaces.list();
  expect(listed).toContainEqual(
    expect.objectContaining({ type: 'uts', inode: uts, pid: child.pid, processes: 1 }),
  );
  expect(listed.find(({ inode }) => inode === net)).toMatchObject({
    owner: ns.namespaces.ids().user,
    command: 'cat',
  });
  await child.end();
  expect(ns.namespaces.list().map(({ inode }) => inode)).not.toContain(net);
});

test('a namespace that is open outlives its processes', async () => {
  const child = await processIn('--uts');
  const { uts } = ns.namespaces.ids(child.pid);
  const open = ns.namespaces.open({ namespace: 'uts', pid: child.pid });
  expect(open).toMatchObject({ type: 'uts', inode: uts, fd: expect.any(Number) });
  await child.end();
  expect(ns.namespaces.list({ type: 'uts' })).toContainEqual(
    expect.objectContaining({ inode: uts, processes: 0, fds: [open.fd], paths: [] }),
  );
  open.close();
  open.close();
  expect(ns.namespaces.list({ type: 'uts' }).map(({ inode }) => inode)).not.toContain(uts);
  expect(() => open.owner()).toThrow(new TypeError(`The uts namespace ${uts} is closed`));
});

test('a namespace knows its owner, and a user namespace its maker and parent', async () => {
  const child = await processIn('--user', '--map-root-user', '--pid', '--fork');
  const own = ns.namespaces.ids();
  const user = ns.namespaces.open({ namespace: 'user', pid: child.pid });
  const parent = user.parent();
  expect(parent.inode).toBe(own.user);
  expect(user.owner().inode).toBe(own.user);
  expect(user.ownerUid()).toBe(process.getuid?.());
  const net = ns.namespaces.open({ namespace: 'net' });
  expect(net.owner()).toMatchObject({ type: 'user', inode: own.user });
  expect(() => net.parent()).toThrow(
    expect.objectContaining({ code: 'EINVAL', syscall: 'NS_GET_PARENT' }),
  );
  await child.end();
});

test('what is above the sandbox is not shown', () => {
  const user = ns.namespaces.open({ namespace: 'user' });
  expect(() => user.parent()).toThrow(expect.objectContaining({ code: 'EPERM' }));
  user[Symbol.dispose]();
  expect(() => user.parent()).toThrow('is closed');
});

test('what is no namespace cannot be opened as one', () => {
  expect(() => ns.namespaces.open({ path: '/etc/passwd' })).toThrow(
    expect.objectContaining({ code: 'ENOTTY', syscall: 'NS_GET_NSTYPE', path: '/etc/passwd' }),
  );
  expect(() => ns.namespaces.open({ path: '/nowhere' })).toThrow(
    expect.objectContaining({ code: 'ENOENT' }),
  );
  expect(() => ns.namespaces.open({ namespace: 'net', pid: 2 ** 31 - 1 })).toThrow(
    expect.objectContaining({ code: 'ENOENT' }),
  );
});

test('a pinned namespace has a name, for ip netns as well', async () => {
  const child = await processIn('--net');
  const { net } = ns.namespaces.ids(child.pid);
  ns.namespaces.pin({ namespace: 'net', pid: child.pid }, '/run/netns/blue');
  await child.end();
  expect(ns.namespaces.list({ type: 'net' })).toContainEqual(
    expect.objectContaining({ inode: net, processes: 0, paths: ['/run/netns/blue'] }),
  );
  expect((await ns.run('ip', ['netns', 'list'])).stdout).toMatch(/^blue\b/);
  expect((await ns.run('ip', ['-n', 'blue', 'link', 'set', 'lo', 'up'])).code).toBe(0);
  const again = ns.namespaces.open({ path: '/run/netns/blue' });
  expect(again).toMatchObject({ type: 'net', inode: net });
  again.close();
  ns.namespaces.unpin('/run/netns/blue');
  expect(fs.existsSync('/run/netns/blue')).toBe(false);
  expect(ns.namespaces.list().map(({ inode }) => inode)).not.toContain(net);
});

test('a pin that cannot be leaves no file', () => {
  fs.writeFileSync('/tmp/taken', '');
  expect(() => ns.namespaces.pin({ namespace: 'uts' }, '/tmp/taken')).toThrow(
    expect.objectContaining({ code: 'EEXIST', path: '/tmp/taken' }),
  );
  // A mount namespace may hold only younger ones: namespaces(7).
  expect(() => ns.namespaces.pin({ namespace: 'mount' }, '/tmp/itself')).toThrow(
    expect.objectContaining({ code: 'EINVAL', syscall: 'mount', dest: '/tmp/itself' }),
  );
  expect(fs.existsSync('/tmp/itself')).toBe(false);
  expect(() => ns.namespaces.unpin('/tmp/taken')).toThrow(
    expect.objectContaining({ code: 'EINVAL', syscall: 'umount2' }),
  );
});

test('id maps are read as they were written', async () => {
  const child = await processIn('--user', '--map-root-user');
  expect(ns.namespaces.maps(child.pid)).toStrictEqual({
    uid: [{ inside: 0, outside: process.getuid?.(), count: 1 }],
    gid: [{ inside: 0, outside: process.getgid?.(), count: 1 }],
    setgroups: 'deny',
  });
  await child.end();
  expect(ns.namespaces.maps().uid[0]).toMatchObject({ inside: 0 });
  expect(() => ns.namespaces.maps(child.pid)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

let base: string;

function directory(...names: string[]): string {
  const made = path.join(base, ...names);
  fs.mkdirSync(made, { recursive: true });
  return made;
}

beforeEach(() => {
  base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mounts-')));
});

afterEach(() => {
  const below = ns.mounts.list().filter(({ target }) => target.startsWith(base));
  for (const { target } of below.reverse()) ns.mounts.unmount(target, { detach: true });
  fs.rmSync(base, { recursive: true });
});

test('a tmpfs is listed with its options, takes files, and is gone when unmounted', () => {
  const target = directory('a b\tc');
  ns.mounts.mount({ type: 'tmpfs', target, options: ['nosuid', 'nodev', 'size=64k'] });
  const mount = ns.mounts.get(target);
  expect(mount).toMatchObject({ target, type: 'tmpfs', source: 'tmpfs', root: '/' });
  expect(mount?.options).toEqual(expect.arrayContaining(['rw', 'nosuid', 'nodev']));
  expect(mount?.superOptions).toContain('size=64k');
  expect(ns.mounts.list()).toContainEqual(mount);
  fs.writeFileSync(path.join(target, 'file'), '');
  ns.mounts.unmount(target);
  expect(ns.mounts.get(target)).toBeUndefined();
  expect(fs.readdirSync(target)).toEqual([]);
});

test('the list is that of the kernel, for another process too', () => {
  expect(ns.mounts.list(process.pid)).toStrictEqual(ns.mounts.list());
  expect(ns.mounts.get('/')?.target).toBe('/');
});

test('the topmost of several mounts on one path is found', () => {
  const target = directory('stack');
  ns.mounts.mount({ type: 'tmpfs', target, source: 'lower' });
  ns.mounts.mount({ type: 'tmpfs', target, source: 'upper' });
  expect(ns.mounts.get(target)?.source).toBe('upper');
  ns.mounts.unmount(target);
  expect(ns.mounts.get(target)?.source).toBe('lower');
});

test('a read-only bind mount gives EROFS, and its source can still be written', () => {
  const source = directory('source');
  const target = directory('target');
  ns.mounts.mount({ type: 'bind', source, target, readonly: true });
  expect(() => fs.writeFileSync(path.join(target, 'file'), '')).toThrow(
    expect.objectContaining({ code: 'EROFS' }),
  );
  fs.writeFileSync(path.join(source, 'file'), 'text');
  expect(fs.readFileSync(path.join(target, 'file'), 'utf8')).toBe('text');
});

test('making a bind mount read-only keeps the flags that its source had', () => {
  const source = directory('source');
  const target = directory('target');
  ns.mounts.mount({ type: 'tmpfs', target: source, options: 'nosuid,noexec,noatime' });
  ns.mounts.mount({ type: 'bind', source, target, readonly: true });
  expect(ns.mounts.get(target)?.options).toEqual(
    expect.arrayContaining(['ro', 'nosuid', 'noexec', 'noatime']),
  );
});

test('an rbind that is read-only is so in every mount below', () => {
  const source = directory('source');
  const target = directory('target');
  ns.mounts.mount({ type: 'tmpfs', target: source });
  ns.mounts.mount({ type: 'tmpfs', target: directory('source', 'deep') });
  ns.mounts.mount({ type: 'tmpfs', target: directory('source', 'deep', 'deeper') });
  ns.mounts.mount({ type: 'rbind', source, target, readonly: true });
  for (const below of ['', 'deep', 'deep/deeper']) {
    expect(() => fs.writeFileSync(path.join(target, below, 'file'), '')).toThrow(
      expect.objectContaining({ code: 'EROFS' }),
    );
  }
  fs.writeFileSync(path.join(source, 'deep', 'file'), '');
});

test('a mount can be remounted read-only and back', () => {
  const target = directory('target');
  ns.mounts.mount({ type: 'tmpfs', target, options: 'nosuid' });
  ns.mounts.mount({ target, options: 'remount,ro' });
  expect(ns.mounts.get(target)?.options).toEqual(expect.arrayContaining(['ro', 'nosuid']));
  ns.mounts.mount({ target, options: 'remount,rw' });
  expect(ns.mounts.get(target)?.options).toEqual(expect.arrayContaining(['rw', 'nosuid']));
});

test('propagation is set and shown', () => {
  const target = directory('target');
  ns.mounts.mount({ type: 'tmpfs', target, options: 'shared' });
  expect(ns.mounts.get(target)?.propagation).toStrictEqual({
    shared: expect.any(Number),
    unbindable: false,
  });
  ns.mounts.mount({ target, options: 'private' });
  expect(ns.mounts.get(target)?.propagation).toStrictEqual({ unbindable: false });
  ns.mounts.mount({ target, options: 'unbindable' });
  expect(ns.mounts.get(target)?.propagation.unbindable).toBe(true);
});

test('a mount can be moved', () => {
  const source = directory('source');
  const target = directory('target');
  // A mount below a shared one cannot be moved: mount(2).
  ns.mounts.mount({ type: 'tmpfs', target: base, options: 'private' });
  directory('source');
  directory('target');
  ns.mounts.mount({ type: 'tmpfs', target: source, source: 'moved' });
  ns.mounts.mount({ type: 'move', source, target });
  expect(ns.mounts.get(source)).toBeUndefined();
  expect(ns.mounts.get(target)?.source).toBe('moved');
});

test('a busy mount stays, until it is detached', () => {
  const target = directory('target');
  ns.mounts.mount({ type: 'tmpfs', target });
  const fd = fs.openSync(path.join(target, 'open'), 'w');
  expect(() => ns.mounts.unmount(target)).toThrow(
    expect.objectContaining({ code: 'EBUSY', syscall: 'umount2', path: target }),
  );
  ns.mounts.unmount(target, { detach: true });
  expect(ns.mounts.get(target)).toBeUndefined();
  fs.closeSync(fd);
});

test('a mount that the kernel refuses leaves nothing mounted', () => {
  const target = directory('target');
  const mount = () =>
    ns.mounts.mount({ type: 'tmpfs', target, options: ['size=not-a-number', 'shared'] });
  expect(mount).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  expect(ns.mounts.get(target)).toBeUndefined();
});

test('errors say what was to be mounted where', () => {
  const target = directory('target');
  expect(() => ns.mounts.mount({ type: 'bind', source: '/nowhere', target })).toThrow(
    expect.objectContaining({
      message: `ENOENT: no such file or directory, mount '/nowhere' -> '${target}'`,
      code: 'ENOENT',
      path: '/nowhere',
      dest: target,
    }),
  );
  expect(() => ns.mounts.mount({ type: 'nofs', target })).toThrow(
    expect.objectContaining({ code: 'ENODEV', path: target, type: 'nofs' }),
  );
  expect(() => ns.mounts.unmount(target)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
});

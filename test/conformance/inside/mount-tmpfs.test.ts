import { describe, expect, test } from '@jest/globals';
import { errnoOf } from '../support/errno';
import { directory, mounter, tmpfs } from '../support/mount-agent';

describe('MNT-55 a tmpfs', () => {
  test('has mode 1777 by default', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    expect(agent.fs.stat('/tmp/point').mode & 0o7777).toBe(0o1777);
  });

  test.each(['0755', '0700', '1777', '0000'])('has the mode %s if it is given', (mode) => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point', `mode=${mode}`);
    expect(agent.fs.stat('/tmp/point').mode & 0o7777).toBe(Number.parseInt(mode, 8));
  });

  test('can have that of the directory that it covers, which shows again without it', () => {
    const agent = mounter();
    directory(agent, '/tmp/point');
    agent.fs.chmod('/tmp/point', 0o2750);
    const mode = agent.fs.stat('/tmp/point').mode & 0o7777;
    tmpfs(agent, '/tmp/point', `mode=${mode.toString(8)}`);
    expect(agent.fs.stat('/tmp/point').mode & 0o7777).toBe(0o2750);
    agent.fs.chmod('/tmp/point', 0o700);
    agent.mounts.umount('/tmp/point');
    expect(agent.fs.stat('/tmp/point').mode & 0o7777).toBe(0o2750);
  });

  test('refuses a mode or an owner that is none', () => {
    const agent = mounter();
    expect(() => tmpfs(agent, '/tmp/point', 'mode=9')).toFailWithErrno('EINVAL');
    expect(() => tmpfs(agent, '/tmp/point', 'mode=rwx')).toFailWithErrno('EINVAL');
    expect(() => tmpfs(agent, '/tmp/point', 'uid=-2')).toFailWithErrno('EINVAL');
  });

  test('is empty, and what was written is gone with it', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    expect(agent.fs.readdir('/tmp/point')).toEqual([]);
    agent.fs.writeFile('/tmp/point/file', '');
    agent.mounts.umount('/tmp/point');
    tmpfs(agent, '/tmp/point');
    expect(agent.fs.readdir('/tmp/point')).toEqual([]);
  });
});

describe('MNT-56 a tmpfs of a size', () => {
  const size = 64 * 1024;

  test.each([`size=${size}`, 'size=64k', 'nr_blocks=16'])(
    '%s reports it and refuses more',
    (data) => {
      const agent = mounter();
      tmpfs(agent, '/tmp/point', data);
      const { blocks, blockSize, free } = agent.mounts.statfs('/tmp/point');
      expect(blocks * blockSize).toBe(size);
      expect(free).toBe(blocks);
      agent.fs.writeFile('/tmp/point/fits', Buffer.alloc(size));
      expect(agent.mounts.statfs('/tmp/point').free).toBe(0);
      expect(() => agent.fs.writeFile('/tmp/point/more', 'x')).toFailWithErrno('ENOSPC');
      agent.fs.unlink('/tmp/point/fits');
      expect(() => agent.fs.writeFile('/tmp/point/more', 'x')).not.toThrow();
    },
  );

  test('refuses further files when it has its number of inodes', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point', 'nr_inodes=3');
    agent.fs.writeFile('/tmp/point/a', '');
    agent.fs.writeFile('/tmp/point/b', '');
    expect(() => agent.fs.writeFile('/tmp/point/c', '')).toFailWithErrno('ENOSPC');
    expect(agent.mounts.statfs('/tmp/point').files).toBe(3);
  });

  test('may grow, and shrink to what it holds', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point', `size=${size}`);
    agent.fs.writeFile('/tmp/point/file', Buffer.alloc(size / 2));
    const resize = (to: number) =>
      errnoOf(() =>
        agent.mounts.mount({ target: '/tmp/point', flags: 'MS_REMOUNT', data: `size=${to}` }),
      );
    expect(resize(2 * size)).toBe('none');
    expect(resize(size / 2)).toBe('none');
    expect(resize(size / 4)).toBe('EINVAL');
    const { blocks, blockSize } = agent.mounts.statfs('/tmp/point');
    expect(blocks * blockSize).toBe(size / 2);
  });

  test.each(['size=', 'size=much', 'size=4x', 'size=1k1', 'nr_inodes=many'])(
    '%s is EINVAL',
    (data) => {
      const agent = mounter();
      expect(() => tmpfs(agent, '/tmp/point', data)).toFailWithErrno('EINVAL');
      expect(agent.mounts.get('/tmp/point')).toBeUndefined();
    },
  );
});

import { expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { directory, mounter } from '../support/mount-agent';

/** Directories of two lower layers, each with a file of its own and one that both have. */
function layers(): Agent {
  const agent = mounter();
  for (const name of ['first', 'second']) {
    directory(agent, `/tmp/${name}`);
    agent.fs.writeFile(`/tmp/${name}/${name}`, name);
    agent.fs.writeFile(`/tmp/${name}/both`, name);
  }
  return agent;
}

function overlay(
  agent: Agent,
  target: string,
  { lower = '/tmp/first:/tmp/second', upper = '' } = {},
) {
  directory(agent, target);
  let data = `lowerdir=${lower},userxattr`;
  if (upper !== '') {
    directory(agent, upper, `${upper}-work`);
    data += `,upperdir=${upper},workdir=${upper}-work`;
  }
  agent.mounts.mount({ source: 'overlay', target, type: 'overlay', data });
}

const LOWERS_UNTOUCHED = { first: ['both', 'first'], second: ['both', 'second'] };

function lowers(agent: Agent) {
  return { first: agent.fs.readdir('/tmp/first'), second: agent.fs.readdir('/tmp/second') };
}

ns.needs('mount.overlay').describe('MNT-57 an overlay', () => {
  test('shows all layers, the upper ones first', () => {
    const agent = layers();
    overlay(agent, '/tmp/all', { upper: '/tmp/upper' });
    expect(agent.fs.readdir('/tmp/all')).toEqual(['both', 'first', 'second']);
    expect(agent.fs.readFile('/tmp/all/both')).toBe('first');
    overlay(agent, '/tmp/other', { lower: '/tmp/second:/tmp/first', upper: '/tmp/upper2' });
    expect(agent.fs.readFile('/tmp/other/both')).toBe('second');
  });

  test('writes to the upper layer, and leaves the lower ones as they were', () => {
    const agent = layers();
    overlay(agent, '/tmp/all', { upper: '/tmp/upper' });
    agent.fs.writeFile('/tmp/all/new', 'new');
    agent.fs.writeFile('/tmp/all/both', 'changed');
    expect(agent.fs.readFile('/tmp/all/both')).toBe('changed');
    expect(agent.fs.readdir('/tmp/upper')).toEqual(['both', 'new']);
    expect(lowers(agent)).toEqual(LOWERS_UNTOUCHED);
    expect(agent.fs.readFile('/tmp/first/both')).toBe('first');
  });

  test('hides what is removed behind a whiteout, a device 0:0 of the upper layer', () => {
    const agent = layers();
    overlay(agent, '/tmp/all', { upper: '/tmp/upper' });
    agent.fs.unlink('/tmp/all/both');
    agent.fs.unlink('/tmp/all/second');
    expect(agent.fs.readdir('/tmp/all')).toEqual(['first']);
    expect(agent.fs.lstat('/tmp/upper/both').rdev).toBe('0:0');
    expect(lowers(agent)).toEqual(LOWERS_UNTOUCHED);
  });

  test('keeps what was written for the next mount of the same layers', () => {
    const agent = layers();
    overlay(agent, '/tmp/all', { upper: '/tmp/upper' });
    agent.fs.writeFile('/tmp/all/new', 'kept');
    agent.fs.unlink('/tmp/all/first');
    agent.mounts.umount('/tmp/all');
    expect(agent.fs.readdir('/tmp/all')).toEqual([]);
    overlay(agent, '/tmp/all', { upper: '/tmp/upper' });
    expect(agent.fs.readdir('/tmp/all')).toEqual(['both', 'new', 'second']);
  });

  test('of the same lower layers is independent of another', () => {
    const agent = layers();
    overlay(agent, '/tmp/one', { upper: '/tmp/upper1' });
    overlay(agent, '/tmp/two', { upper: '/tmp/upper2' });
    agent.fs.writeFile('/tmp/one/both', 'one');
    agent.fs.unlink('/tmp/two/first');
    expect(agent.fs.readFile('/tmp/two/both')).toBe('first');
    expect(agent.fs.readFile('/tmp/one/first')).toBe('first');
  });

  test('on a tmpfs is gone with it, as bubblewrap’s --tmp-overlay', () => {
    const agent = layers();
    const inner = agent.clone({ unshare: ['mount'] });
    inner.mounts.mount({ source: 'scratch', target: '/mnt', type: 'tmpfs' });
    overlay(inner, '/tmp/all', { upper: '/mnt/upper' });
    inner.fs.writeFile('/tmp/all/new', 'new');
    expect(agent.fs.exists('/tmp/all/new')).toBe(false);
    inner.end();
    expect(lowers(agent)).toEqual(LOWERS_UNTOUCHED);
  });

  test('has a whole directory of the upper layer instead of a lower one that was removed', () => {
    const agent = layers();
    directory(agent, '/tmp/first/folder');
    agent.fs.writeFile('/tmp/first/folder/file', '');
    overlay(agent, '/tmp/all', { upper: '/tmp/upper' });
    agent.fs.unlink('/tmp/all/folder/file');
    agent.fs.rmdir('/tmp/all/folder');
    directory(agent, '/tmp/all/folder');
    expect(agent.fs.readdir('/tmp/all/folder')).toEqual([]);
    expect(agent.fs.readdir('/tmp/first/folder')).toEqual(['file']);
  });

  test('is refused without a lower layer, or with an upper one without a place to work', () => {
    const agent = layers();
    directory(agent, '/tmp/all', '/tmp/upper');
    const mount = (data: string) =>
      agent.mounts.mount({ source: 'overlay', target: '/tmp/all', type: 'overlay', data });
    expect(() => mount('userxattr')).toFailWithErrno('EINVAL');
    expect(() => mount('lowerdir=/tmp/first,upperdir=/tmp/upper,userxattr')).toFailWithErrno(
      'EINVAL',
    );
    expect(() => mount('lowerdir=/tmp/missing:/tmp/first,userxattr')).toFailWithErrno('ENOENT');
  });
});

ns.needs('mount.overlay').describe('MNT-59 an overlay without an upper layer', () => {
  test('shows both lowers and refuses writes', () => {
    const agent = layers();
    overlay(agent, '/tmp/all');
    expect(agent.fs.readdir('/tmp/all')).toEqual(['both', 'first', 'second']);
    expect(agent.fs.readFile('/tmp/all/second')).toBe('second');
    expect(() => agent.fs.writeFile('/tmp/all/new', '')).toFailWithErrno('EROFS');
    expect(() => agent.fs.writeFile('/tmp/all/both', '')).toFailWithErrno('EROFS');
    expect(() => agent.fs.unlink('/tmp/all/both')).toFailWithErrno('EROFS');
    expect(lowers(agent)).toEqual(LOWERS_UNTOUCHED);
  });

  test('needs two lowers', () => {
    const agent = layers();
    expect(() => overlay(agent, '/tmp/all', { lower: '/tmp/first' })).toFailWithErrno('EINVAL');
  });
});

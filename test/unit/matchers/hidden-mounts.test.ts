import { expect, test } from '@jest/globals';
import type { MountFacts } from '../../../src/matchers/facts';
import { hiddenMounts } from '../../../src/matchers/hidden-mounts';

function mount(id: number, parent: number, target: string): MountFacts {
  return {
    ...{ id, parent, target, root: '/', type: 'tmpfs', source: 'tmpfs' },
    ...{ options: ['rw'], superOptions: ['rw'] },
  };
}

const ROOT = mount(1, 0, '/');

test.each<[string, MountFacts[], number[]]>([
  ['mounts side by side', [mount(2, 1, '/a'), mount(3, 1, '/ab')], []],
  ['a mount on another', [mount(2, 1, '/a'), mount(3, 2, '/a/b')], []],
  ['one on top of another', [mount(2, 1, '/a'), mount(3, 2, '/a')], [2]],
  [
    'three on top of one another',
    [mount(2, 1, '/a'), mount(3, 2, '/a'), mount(4, 3, '/a')],
    [2, 3],
  ],
  ['one inside a covered one', [mount(2, 1, '/a'), mount(3, 2, '/a/b'), mount(4, 2, '/a')], [2, 3]],
  ['a later one on a directory above', [mount(2, 1, '/a/b'), mount(3, 1, '/a')], [2]],
  ['one inside the covering one', [mount(2, 1, '/a'), mount(3, 2, '/a'), mount(4, 3, '/a/b')], [2]],
])('%s', (_, mounts, hidden) => {
  expect([...hiddenMounts([ROOT, ...mounts])]).toEqual(hidden);
});

test('a root that is its own parent is not hidden', () => {
  expect(hiddenMounts([mount(1, 1, '/'), mount(2, 1, '/a')]).size).toBe(0);
});

test('everything below a covered root is hidden', () => {
  expect([...hiddenMounts([ROOT, mount(2, 1, '/a'), mount(3, 1, '/')])]).toEqual([1, 2]);
});

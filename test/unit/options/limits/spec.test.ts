/** Which groups are made, in trees that are made up: folders with the files of cgroups. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Hierarchy } from '../../../../src/options/limits/hierarchies';
import { type CgroupOptions, limitRoom } from '../../../../src/options/limits/options';
import { toLimitSpec } from '../../../../src/options/limits/spec';

let mount: string;
beforeEach(() => {
  mount = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-cgroups-'));
});
afterEach(() => rmSync(mount, { recursive: true }));

/** A group, the controllers that it has, and those that it hands down. */
function group(name: string, has: string, handsDown: string): string {
  const folder = path.join(mount, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'cgroup.procs'), '');
  writeFileSync(path.join(folder, 'cgroup.controllers'), `${has}\n`);
  writeFileSync(path.join(folder, 'cgroup.subtree_control'), `${handsDown}\n`);
  return folder;
}

function limits(cgroup: CgroupOptions, tree: Partial<Hierarchy>) {
  const hierarchy = { version: 2 as const, controllers: [], mount, own: mount, ...tree };
  const checked = limitRoom.rows.cgroup.read(cgroup, 'cgroup');
  return toLimitSpec({ cgroup: checked }, () => [hierarchy]);
}

describe('version 2', () => {
  test('the parent is the nearest group above Jest that hands all down', () => {
    group('', 'cpu memory pids', 'cpu memory pids');
    const parent = group('user', 'cpu memory pids', 'memory pids');
    const own = group('user/jest', 'memory pids', '');
    expect(limits({ memoryMax: '64m', pidsMax: 9 }, { own })).toEqual({
      groups: [
        {
          parent,
          home: own,
          files: [
            { name: 'memory.max', value: '67108864' },
            { name: 'pids.max', value: '9' },
          ],
        },
      ],
      notices: [],
    });
  });

  test('a group that hands more down is taken before a nearer one', () => {
    const parent = group('', 'cpu memory pids', 'cpu memory pids');
    group('user', 'cpu memory pids', 'pids');
    const own = group('user/jest', 'pids', '');
    expect(limits({ cpuMax: 1, pidsMax: 9 }, { own }).groups).toMatchObject([
      { parent, home: own, files: [{ name: 'pids.max' }, { name: 'cpu.max' }] },
    ]);
  });

  test('what nobody hands down is one error, or with try a notice', () => {
    group('', 'memory pids', 'pids');
    const own = group('jest', 'pids', '');
    expect(() => limits({ memoryMax: 1, pidsMax: 9 }, { own })).toThrow(
      `The controller memory is not handed down to ${own}, where Jest is.`,
    );
    const spec = limits({ memoryMax: 1, pidsMax: 9, try: true }, { own });
    expect(spec.groups).toMatchObject([{ parent: mount, files: [{ name: 'pids.max' }] }]);
    expect(spec.notices).toEqual([
      expect.stringMatching(/^cgroup\.memoryMax: files run without it\./),
    ]);
  });

  test('a controller that the kernel does not have is told as that', () => {
    group('', 'pids', 'pids');
    const own = group('jest', 'pids', '');
    expect(() => limits({ cpuMax: 1 }, { own })).toThrow('This kernel has no controller cpu');
  });

  test('a group with processes that has the controller cannot hand it down', () => {
    const own = group('', 'pids', '');
    expect(() => limits({ pidsMax: 9 }, { own })).toThrow(
      `${own} has processes, so it cannot hand the controller pids down (EBUSY)`,
    );
  });
});

describe('version 1', () => {
  const memory = { version: 1 as const, controllers: ['memory'] };

  test('swap is counted together with memory', () => {
    group('', '', '');
    expect(limits({ memoryMax: 1000, memorySwapMax: 24 }, memory).groups).toMatchObject([
      {
        files: [
          { name: 'memory.limit_in_bytes', value: '1000' },
          { name: 'memory.memsw.limit_in_bytes', value: '1024' },
        ],
      },
    ]);
  });

  test('so a limit of swap alone cannot be had', () => {
    group('', '', '');
    expect(() => limits({ memorySwapMax: 24 }, memory)).toThrow('Set "cgroup.memoryMax", too.');
  });
});

import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { hierarchies } from '../../src/options/limits/hierarchies';
import { eventually, sandboxProcesses } from '../support/host';
import { FULL, run, sh, start } from '../support/ns-init';
import { testIf } from '../support/test-if';

const isRoot = process.getuid?.() === 0;
const testAsRoot = isRoot ? test : test.skip;
const folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program in the place of newuidmap(1). */
function program(name: string, script: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const MAPPED = ['--unshare=user,pid', '--uid-map=0:100000:10'];

afterEach(async () => {
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
});

describe('the program that writes a map', () => {
  test('is given the pid and the map, and what it says is the failure', async () => {
    const refuses = program('refuses', 'echo "refuses: $#: $2 $3 $4" >&2; exit 1');
    const { status, code } = await run([...MAPPED, `--newuidmap=${refuses}`], ['true']);
    expect(status).toEqual([
      { type: 'failed', step: 'refuses', subject: 'refuses: 4: 0 100000 10\n', errno: 1 },
    ]);
    expect(code).toBe(125);
  });

  test('may be missing', async () => {
    const { status } = await run([...MAPPED, '--newuidmap=/no/where'], ['true']);
    expect(status).toEqual([{ type: 'failed', step: 'where', subject: '/no/where', errno: 2 }]);
  });

  test('is not waited for when the lifeline closes', async () => {
    const waits = program('waits', 'exec sleep 1000');
    const { ended, lifeline } = start([...MAPPED, `--newuidmap=${waits}`], ['true']);
    expect(await eventually(() => sandboxProcesses().some((line) => line.includes('sleep')))).toBe(
      true,
    );
    lifeline.destroy();
    await ended;
  });

  testIf(
    ['/usr/bin/newuidmap', '/usr/bin/newgidmap'].every((file) =>
      readdirSync('/usr/bin').includes(path.basename(file)),
    ),
    'newuidmap and newgidmap',
  )('can be newuidmap(1) itself, which names the range that it refuses', async () => {
    const { status } = await run(
      ['--unshare=user,pid', '--uid-map=0:4000000000:10', '--newuidmap=/usr/bin/newuidmap'],
      ['true'],
    );
    expect(status).toMatchObject([{ type: 'failed', step: 'newuidmap', errno: 1 }]);
    expect(status[0]?.subject).toMatch(/^newuidmap: /);
  });
});

describe('a change of ids does not undo that all inside dies with the supervisor', () => {
  const others = ['--uid-map=0:100000:10', '--gid-map=0:100000:10', '--unshare=user,pid,mount,ipc'];
  const lives = sh('setsid sleep 3000 & echo up; while :; do sleep 1; done');
  const ROOTS: [string, string[]][] = [
    ['of PID 1', [...others, '--init-ids=0:0']],
    ['of another user that is PID 1', [...FULL, '--as-pid-1', '--uid=5', '--gid=5']],
  ];
  test.each<[string, string[]]>([
    ...(isRoot ? ROOTS : []),
    ['of the command', [...FULL, '--uid=0', '--gid=0']],
    ['of a command that is PID 1', [...FULL, '--as-pid-1', '--uid=0', '--gid=0']],
  ])('%s', async (_, args) => {
    const { child, ended, output } = start(args, lives);
    expect(await eventually(() => output().includes('up'))).toBe(true);
    child.kill('SIGKILL');
    await ended;
    expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  });
});

testAsRoot('an id that is not mapped is refused by the step that takes it', async () => {
  const args = ['--unshare=user,pid', '--uid-map=0:0:1', '--gid-map=0:0:1'];
  for (const [option, step] of [
    ['--uid=5', 'set uid'],
    ['--gid=5', 'set gid'],
  ] as const) {
    const { status } = await run([...args, option], ['true']);
    expect(status).toEqual([{ type: 'failed', step, subject: '', errno: 22 }]);
  }
});

describe('cgroups', () => {
  const unified = hierarchies().find(({ version }) => version === 2)?.own;
  const left = () => readdirSync(unified ?? '/').filter((name) => /^ns-jest-\d/.test(name));
  const group = [`--cgroup=${unified}`, `--cgroup-home=${unified}`];
  const testWithVersion2 = isRoot
    ? testIf(unified !== undefined, 'cgroups of version 2')
    : test.skip;

  testWithVersion2(
    'of version 2: the namespace begins at the group, and it is removed',
    async () => {
      const { status, stdout } = await run(
        [...FULL, ...group, '--cgroup-set=cgroup.max.descendants=3'],
        sh('grep ^0: /proc/self/cgroup'),
      );
      expect(stdout).toBe('0::/\n');
      expect(status.map(({ type }) => type)).toEqual(['ready', 'exited', 'used']);
      expect(left()).toEqual([]);
    },
  );

  testWithVersion2.each([
    ['--cgroup-set=no.such=1', 'set limit no.such', '1'],
    ['--cgroup-set=cgroup.max.depth=x', 'set limit cgroup.max.depth', 'x'],
    ['--uid-map=0:0:0', 'write uid_map', expect.any(String)],
    [`--hostname=${'x'.repeat(65)}`, 'set hostname', expect.any(String)],
  ])('are removed when a step fails: %s', async (option, step, subject) => {
    const { status } = await run([...FULL, ...group, option], ['true']);
    expect(status.find(({ type }) => type === 'failed')).toMatchObject({ step, subject });
    expect(left()).toEqual([]);
  });

  test('that cannot be made: step and errno', async () => {
    const { status } = await run(
      [...FULL, '--cgroup=/proc/self', '--cgroup-home=/proc/self'],
      ['true'],
    );
    expect(status).toMatchObject([{ type: 'failed', step: 'make cgroup', errno: 2 }]);
  });

  test.each([
    [['--cgroup-set=a=b'], 'no --cgroup before: a=b'],
    [['--cgroup=/x', '--cgroup-set=../a=b'], 'not a file and a value: ../a=b'],
  ])('wrong words are refused in one sentence: %s', async (args, sentence) => {
    const { stderr, code } = await run(args, ['true']);
    expect(stderr.split('\n')[0]).toBe(`ns-init: ${sentence}`);
    expect(code).toBe(2);
  });
});

import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { hierarchies } from '../../src/options/limits/hierarchies';
import { cli, startCli } from '../support/cli';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { testIf } from '../support/test-if';

let before: HostState;
let folder: string;
beforeEach(() => {
  before = hostState();
  folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-test-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  expect(hostState()).toEqual(before);
});

/** What is told of others than `wanted` may be another run's on this machine. */
const toldOf = (stdout: string, wanted: string) =>
  stdout.split('\n').filter((line) => line.includes(wanted));

test('unfinished roots that nobody is at are removed; others are not', async () => {
  const roots = path.join(folder, 'ns-jest', 'roots');
  const names = ['.new-old', '.old-old', '.new-now', '.new-used', 'whole'];
  const hourAgo = Date.now() / 1000 - 3600;
  for (const name of names) {
    mkdirSync(path.join(roots, name, 'root'), { recursive: true });
    writeFileSync(path.join(roots, name, 'root', 'file'), '');
    if (name !== '.new-now') utimesSync(path.join(roots, name), hourAgo, hourAgo);
  }
  // As a tar that unpacks there.
  const used = path.join(roots, '.new-used');
  const user = spawn('sh', ['-c', 'cat; :', 'sh', used], { env: process.env });

  const env = { XDG_CACHE_HOME: folder };
  const dry = await cli(['cleanup', '--dry-run'], { env });
  expect(toldOf(dry.stdout, roots)).toEqual([
    `would remove unfinished root file system ${roots}/.new-old`,
    `would remove unfinished root file system ${roots}/.old-old`,
  ]);
  expect(readdirSync(roots).sort()).toEqual([...names].sort());

  const { stdout, code } = await cli(['cleanup'], { env });
  expect(toldOf(stdout, roots)).toEqual([
    `removed unfinished root file system ${roots}/.new-old`,
    `removed unfinished root file system ${roots}/.old-old`,
  ]);
  expect(code).toBe(0);
  expect(readdirSync(roots).sort()).toEqual(['.new-now', '.new-used', 'whole']);
  user.stdin.end();
  await new Promise((resolve) => user.once('close', resolve));
});

const isRoot = process.getuid?.() === 0;
const delegated = (process.env.NS_JEST_DELEGATED ?? '').split(' ').filter(Boolean);
const hasLimits = isRoot
  ? hierarchies().some(({ controllers }) => controllers.includes('pids'))
  : delegated.length > 0;
/** Starts a command in the groups that are the user's. */
const intoGroups = isRoot
  ? []
  : [
      ...['sh', '-c'],
      'for group in $NS_JEST_DELEGATED; do echo $$ > "$group/cgroup.procs"; done; exec "$@"',
      'sh',
    ];

testIf(hasLimits, 'cgroups of version 1 to make groups in')(
  'the cgroup of a supervisor that was killed is removed; that of one that lives is not',
  async () => {
    const start = async () => {
      const started = startCli(
        ['run', '--cgroup', 'pidsMax=50', '--', 'sh', '-c', 'echo ready; cat'],
        { wrapper: intoGroups },
      );
      expect(await eventually(() => started.output() === 'ready\n')).toBe(true);
      const supervisor = Number(
        readFileSync(`/proc/${started.child.pid}/task/${started.child.pid}/children`, 'utf8'),
      );
      const words = readFileSync(`/proc/${supervisor}/cmdline`, 'utf8').split('\0');
      const parent = words.find((word) => word.startsWith('--cgroup='))?.split('=')[1] as string;
      const group = readdirSync(parent).find((name) => name.includes(`-${supervisor}-`));
      return { ...started, supervisor, group: path.join(parent, group as string) };
    };
    const killed = await start();
    const lives = await start();
    // Who enters is in the group, too.
    const id = readFileSync(
      `/proc/${lives.supervisor}/task/${lives.supervisor}/children`,
      'utf8',
    ).trim();
    const entered = await cli(['enter', id, '--', 'sh', '-c', 'echo $$; cat /proc/self/cgroup']);
    expect(entered).toMatchObject({ stderr: '', code: 0 });
    expect(entered.stdout).toContain('pids:/\n');
    process.kill(killed.supervisor, 'SIGKILL');
    expect((await killed.ended).code).toBe(125);
    expect(existsSync(killed.group)).toBe(true);

    const { stdout, code } = await cli(['cleanup']);
    expect(toldOf(stdout, killed.group)).toEqual([`removed cgroup ${killed.group}`]);
    expect(toldOf(stdout, lives.group)).toEqual([]);
    expect(code).toBe(0);
    expect(existsSync(killed.group)).toBe(false);
    expect(existsSync(lives.group)).toBe(true);
    lives.child.stdin?.end();
    expect((await lives.ended).code).toBe(0);
  },
);

test.each([
  [['now'], 'ns-jest: ns-jest cleanup knows no "now"\n'],
  [
    [`${process.pid}`],
    `ns-jest: There is no kept sandbox ${process.pid} of yours. See: ns-jest ps\n`,
  ],
])('refused: %j', async (args, stderr) => {
  expect(await cli(['cleanup', ...args])).toEqual({ stdout: '', stderr, code: 2 });
});

/**
 * A long run on a bad day: test processes, inits, supervisors and fork servers are killed at random, disks
 * are full and process ids used up; in the end Jest itself is killed. How many files: NS_JEST_SOAK_FILES.
 */
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { Project } from '../support/project';
import { Random } from '../support/random-options/random';

const FILES = Number(process.env.NS_JEST_SOAK_FILES ?? 100);
const SEED = 11;

/** What a file does, and what is said of it if nobody interferes. */
interface Work {
  options?: object;
  text: string;
  status: 'passed' | 'failed';
  message: string;
}

const body = (text: string) => `
  const fs = require('node:fs');
  const { spawn, spawnSync } = require('node:child_process');
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  test('works', async () => { ${text} });`;

const WORK: Work[] = [
  { text: body('await pause(60);'), status: 'passed', message: '' },
  { text: body('await pause(30); expect(1).toBe(2);'), status: 'failed', message: 'Expected: 2' },
  {
    // Left running, and killed with the sandbox.
    text: body(`spawn('sleep', ['1000']); await pause(20);`),
    status: 'passed',
    message: '',
  },
  { text: body('process.exit(3);'), status: 'failed', message: 'exited with code 3' },
  {
    text: body(`
      const fill = () => { for (;;) fs.appendFileSync('/tmp/full', Buffer.alloc(65536)); };
      expect(fill).toThrow('ENOSPC');
      fs.rmSync('/tmp/full');
      fs.writeFileSync('/tmp/again', 'written');`),
    options: { tmpfs: [{ path: '/tmp', size: '1m' }, '/dev/shm', '/run'] },
    status: 'passed',
    message: '',
  },
  {
    // By an id that nobody else has: the limit counts all of a user's processes.
    text: body(`
      let error;
      for (let count = 0; error === undefined && count < 200; count += 1) {
        spawn('sleep', ['1000']).on('error', (each) => { error = each; });
        await pause(1);
      }
      expect(error?.code).toBe('EAGAIN');`),
    options: { mapAuto: true, uid: 1234, gid: 1234, rlimits: { nproc: 64 } },
    status: 'passed',
    message: '',
  },
];

/** What is said of a file whose processes were killed from outside. */
const KILLED = /killed by SIGKILL|ns-init ended unexpectedly \(SIGKILL\)/;

/** PID 1, the supervisor outside, a test process, the fork server. */
const KINDS = [/^ns-init/, /\/ns-init /, /test-process\/main\.js/, /fork-server\/main\.js/];

const nameOf = (index: number) => `${String(index).padStart(4, '0')}.test.js`;

function soakProject(random: Random) {
  const works = Array.from({ length: FILES }, () => random.pick(WORK));
  const files = works.map(({ options, text }, index) => [
    nameOf(index),
    `/**\n * @jest-environment ns-jest\n * @jest-environment-options ${JSON.stringify(options ?? {})}\n */${text}`,
  ]);
  return { works, project: new Project(Object.fromEntries(files)) };
}

/** Kills one of what this test has started, but Jest. */
function killOne(random: Random, jest: number): string | undefined {
  const pids = sandboxProcesses()
    .map((line) => line.split(' '))
    .filter(([pid, ...command]) => Number(pid) !== jest && /ns-init|node/.test(command.join(' ')))
    .map(([pid]) => Number(pid));
  if (pids.length === 0) return undefined;
  const pid = random.pick(pids);
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, 2).join(' ');
    process.kill(pid, 'SIGKILL');
    return command;
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

let before: HostState;
beforeEach(() => {
  before = hostState();
});
afterEach(async () => {
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  expect(hostState()).toEqual(before);
  expect(readdirSync('/tmp').filter((name) => /^(full|again)$/.test(name))).toEqual([]);
});

test(`${FILES} files while others are killed: each has one result, which is true`, async () => {
  const random = new Random(SEED);
  const { works, project } = soakProject(random);
  const killed: string[] = [];
  try {
    // Some run as another user.
    chmodSync(project.folder, 0o755);
    const child = project.start(
      { preset: 'ns-jest', testTimeout: 20_000 },
      { args: ['-w', '2', '--json', `--outputFile=${project.folder}/report.json`] },
    );
    let output = '';
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.stdout?.resume();
    const ended = new Promise((resolve) => child.once('close', resolve));
    // Before the first result there is what all files depend on.
    expect(await eventually(() => /^(PASS|FAIL)/m.test(output))).toBe(true);
    const timer = setInterval(() => {
      const command = killOne(random, child.pid as number);
      if (command !== undefined) killed.push(command);
    }, 600);
    await ended;
    clearInterval(timer);

    const results = JSON.parse(project.read('report.json')).testResults as {
      name: string;
      status: string;
      message: string;
    }[];
    expect(results.map(({ name }) => name.slice(-nameOf(0).length)).sort()).toEqual(
      works.map((_, index) => nameOf(index)),
    );
    const others = results.filter(({ name, status, message }) => {
      const work = works[Number.parseInt(name.slice(-nameOf(0).length), 10)] as Work;
      return status !== work.status || !message.includes(work.message);
    });
    for (const { message } of others) expect(message).toMatch(KILLED);
    for (const kind of KINDS) expect(killed).toContainEqual(expect.stringMatching(kind));
    // A sandbox has several processes, but no kill ends more than two files.
    expect(others.length).toBeLessThanOrEqual(killed.length * 2);
    expect(results.length - others.length).toBeGreaterThan(FILES / 4);
  } finally {
    project.remove();
  }
}, 1_800_000);

test('Jest itself is killed amid it', async () => {
  const { project } = soakProject(new Random(SEED));
  try {
    const child = project.start({ preset: 'ns-jest' }, { args: ['-w', '2'] });
    let output = '';
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.stdout?.resume();
    expect(await eventually(() => (output.match(/^(PASS|FAIL)/gm) ?? []).length > 5)).toBe(true);
    child.kill('SIGKILL');
    expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  } finally {
    project.remove();
  }
});

/** How a sandbox ends with Jest, and what it has of Jest's terminal. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { PACKAGE } from '../support/package';
import { Project } from '../support/project';
import { hasTerminals, Terminal } from '../support/terminal';

const WAITS = `
const { spawn } = require('child_process');
test('waits', async () => {
  const script = 'trap "sleep 0.2; echo > ended-well; exit" TERM; echo > started; while :; do sleep 0.01; done';
  spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' });
  await new Promise(() => setTimeout(() => {}, 1e8));
}, 1e9);`;

/** Field 7 of stat is the controlling terminal; 0: none. proc_pid_stat(5) */
const USES_TERMINAL = `
const fs = require('fs');
test('writes', () => {
  const write = () => fs.writeFileSync('/dev/tty', '-');
  const controlling = fs.readFileSync('/proc/self/stat', 'utf8').split(' ')[6];
  if (process.env.HAS_TERMINAL) {
    write();
    expect(controlling).not.toBe('0');
  } else {
    expect(write).toThrow('ENXIO');
    expect(controlling).toBe('0');
  }
});`;

let project: Project;
let terminal: Terminal | undefined;
let before: HostState;
beforeEach(() => {
  before = hostState();
});
afterEach(async () => {
  terminal?.close();
  terminal = undefined;
  expect(await eventually(() => sandboxProcesses().length === 0, 20_000)).toBe(true);
  project.remove();
  expect(hostState().sysctls).toEqual(before.sysctls);
});

const there = (name: string) => existsSync(path.join(project.folder, name));

test.each<NodeJS.Signals>(['SIGKILL', 'SIGINT', 'SIGTERM'])(
  'when Jest is ended by %s, what runs inside has the time that was granted',
  async (signal) => {
    project = new Project({ 'a.test.js': WAITS });
    const config = { preset: 'ns-jest', testEnvironmentOptions: { killDelay: 20_000 } };
    const jest = project.start(config);
    expect(await eventually(() => there('started'), 60_000)).toBe(true);
    jest.kill(signal);
    expect(await eventually(() => there('ended-well'), 20_000)).toBe(true);
  },
);

// Without a terminal these are skipped, but not where everything is there to be tested.
const inTerminal =
  process.env.NS_JEST_MUST_WORK === '1' || hasTerminals() ? describe : describe.skip;

inTerminal('in a terminal', () => {
  const open = (files: Record<string, string>, testEnvironmentOptions: object) => {
    project = new Project(files);
    const config = { preset: 'ns-jest', testEnvironmentOptions };
    const jest = path.join(PACKAGE, 'node_modules', 'jest', 'bin', 'jest.js');
    const { CI: _, JEST_WORKER_ID: __, ...env } = process.env;
    terminal = new Terminal(
      [process.execPath, jest, '--rootDir', project.folder, '--config', JSON.stringify(config)],
      { cwd: project.folder, env },
    );
    return terminal;
  };

  test('Ctrl-C leaves the time that was granted', async () => {
    const shown = open({ 'a.test.js': WAITS }, { killDelay: 20_000 });
    expect(await eventually(() => there('started'), 60_000)).toBe(true);
    shown.press('C-c');
    expect(await eventually(() => there('ended-well'), 20_000)).toBe(true);
  });

  test('a session of its own has no terminal', async () => {
    await open({ 'a.test.js': USES_TERMINAL }, {}).shows('1 passed, 1 total');
  });

  test("in Jest's session, the terminal is Jest's", async () => {
    const options = { newSession: false, env: { HAS_TERMINAL: '1' } };
    await open({ 'a.test.js': USES_TERMINAL }, options).shows('1 passed, 1 total');
  });
});

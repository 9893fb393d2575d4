import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually, hostState, sandboxProcesses } from '../support/host';
import { ENTRY_LINES, PACKAGE } from '../support/package';
import { outcomes, runJest } from '../support/project';

const DIST = path.join(PACKAGE, 'dist');

/** Runs a script in a plain Node, where nothing is a sandbox. */
function node(script: string) {
  const child = spawn(process.execPath, ['-e', `const { ns } = require('${DIST}');${script}`]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return { child, ended: once(child, 'close'), output: () => stdout, errors: () => stderr };
}

const MAKE = `
  const outer = ns.agent({ unshare: ['user', 'pid', 'uts'] });
  const inner = outer.clone({ unshare: ['pid'] });
  outer.uts.setHostname('agent');
  outer.startSyscall('ppoll', null, 0, null, null, 0);
  console.log(JSON.stringify([outer.pid, inner.pid, inner.uts.get().nodename]));`;

afterEach(async () => {
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
});

describe('in a plain Node', () => {
  test('agents work, and leave the host as it was', async () => {
    const before = hostState();
    const { ended, output, errors } = node(MAKE);
    const [code] = await ended;
    expect({ code, errors: errors() }).toEqual({ code: 0, errors: '' });
    expect(JSON.parse(output())[2]).toBe('agent');
    expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
    expect(hostState()).toEqual(before);
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'agents end with it when it ends by %s',
    async (signal) => {
      const { child, ended, output } = node(`${MAKE} setInterval(() => {}, 1000);`);
      expect(await eventually(() => output().includes('\n'))).toBe(true);
      const pids = JSON.parse(output()).slice(0, 2) as number[];
      for (const pid of pids) expect(existsSync(`/proc/${pid}`)).toBe(true);
      child.kill(signal);
      await ended;
      for (const pid of pids)
        expect(await eventually(() => !existsSync(`/proc/${pid}`))).toBe(true);
    },
  );

  test('the program says what it is for, to whoever starts it by hand', async () => {
    const agent = path.join(
      process.env.NS_JEST_BINARIES ?? path.join(PACKAGE, 'prebuilds', `linux-${process.arch}`),
      'ns-agent',
    );
    const child = spawn(agent, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const [code] = await once(child, 'close');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'ns-agent is started by ns-jest, with its channel as descriptor 3.\n',
    });
  });
});

describe.each(ENTRY_LINES)('$line', ({ config }) => {
  test('agents that tests leave behind are no business of theirs', async () => {
    const run = await runJest(
      {
        'a.test.js': `
          const { ns } = require('ns-jest');
          let first;
          test('one', () => { first = ns.agent({ unshare: ['user', 'pid'] }); first.fork(); });
          test('two', () => { expect(first.alive).toBe(false); ns.agent().startSyscall('ppoll', null, 0, null, null, 0); });
          const alive = () => ns.processes.list().filter(({ name }) => name === 'ns-agent').length;
          test.failing('three', () => { ns.agent(); throw new Error(); });
          test('four', () => { expect(alive()).toBe(1); });
          afterAll(() => { ns.agent().startSyscall('ppoll', null, 0, null, null, 0); });`,
        'b.test.js': `
          const { ns } = require('ns-jest');
          const agents = [];
          test.concurrent('one', async () => {
            const agent = ns.agent();
            await new Promise((resolve) => setTimeout(resolve, 50));
            agent.ids();
          });
          test.concurrent('two', async () => { ns.agent(); });`,
      },
      config,
    );
    expect(outcomes(run)).toEqual([
      'four: passed',
      'one: passed',
      'one: passed',
      'three: passed',
      'two: passed',
      'two: passed',
    ]);
    expect(run.stderr).not.toMatch(/left|ns-agent/);
  });
});

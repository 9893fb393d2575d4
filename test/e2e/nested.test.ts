import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { PACKAGE } from '../support/package';
import { outcomes, runJest } from '../support/project';

let before: HostState;
const started: ChildProcess[] = [];
beforeEach(() => {
  before = hostState();
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  expect(hostState()).toEqual(before);
});

const NS = `const { ns } = require(${JSON.stringify(path.join(PACKAGE, 'dist', 'index.js'))});`;

/** Runs a script in plain Node, on the host. */
function node(script: string) {
  // Jest's process.env is not the one that Node would hand down by itself.
  const child = spawn(process.execPath, ['-e', `${NS}\n${script}`], { env: process.env });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  return { child, output: () => output, ended: once(child, 'close') };
}

test('a sandbox is opened from plain Node, with the same defaults', async () => {
  const { ended, output } = node(`
    ns.sandbox().then(async (box) => {
      console.log((await box.run('uname', ['-n'])).stdout.trim());
      console.log((await box.run('cat', ['/proc/net/dev'])).stdout.match(/\\w+(?=:)/g).join());
      console.log((await box.end()).signal);
    });`);
  const [code] = await ended;
  expect(output()).toBe('sandbox\nlo\nSIGTERM\n');
  expect(code).toBe(0);
});

test('it dies with the process that opened it, however that dies', async () => {
  const { child, ended, output } = node(`
    ns.sandbox().then(async (box) => {
      await box.run('sh', ['-c', 'sleep 1000 >/dev/null 2>&1 &']);
      console.log('open');
      await box.run('sleep', ['1000']);
    });`);
  expect(await eventually(() => output() === 'open\n')).toBe(true);
  expect(sandboxProcesses().join('\n')).toContain('sleep 1000');
  child.kill('SIGKILL');
  await ended;
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
});

test('a file that leaves one open ends as usual, and so does the sandbox', async () => {
  const run = await runJest(
    {
      'a.test.js': `const { ns } = require('ns-jest');
        test('opens', async () => {
          const box = await ns.sandbox({ hostname: 'left' });
          expect((await box.run('uname', ['-n'])).stdout).toBe('left\\n');
        });`,
    },
    { preset: 'ns-jest' },
  );
  expect(outcomes(run)).toEqual(['opens: passed']);
  expect(run.code).toBe(0);
});

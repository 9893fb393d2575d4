/** How a file ends: Jest says the same of a copy of the fork server and of a Node of its own. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Launched, launchBoth, verdicts } from '../support/launches';

/** Files by what happens in them. Each says last words, which are not to be lost. */
const ENDS: Record<string, string> = {
  'process.exit': `test('bad', () => process.exit(3));`,
  'process.exit, later': `test('bad', (done) => { setTimeout(() => process.exit(0), 1); });`,
  'process.exit, with an exit handler': `
    real.on('exit', (code) => process.stderr.write('exit handler ' + code + '\\n'));
    test('bad', () => process.exit(4));`,
  'an exit handler that changes the code': `
    real.on('exit', () => { real.exitCode = 9; });
    test('bad', () => process.exit());`,
  'an exit handler that throws': `
    real.on('exit', () => { throw new Error('of the handler'); });
    test('bad', () => process.exit(0));`,
  'an exit handler, and a good end': `
    real.on('exit', (code) => process.stderr.write('exit handler ' + code + '\\n'));
    test('good', () => {});`,
  'process.exitCode': `test('good', () => { real.exitCode = 5; });`,
  'process.reallyExit': `test('bad', () => process.reallyExit(6));`,
  beforeExit: `
    real.on('beforeExit', () => process.stderr.write('before exit\\n'));
    test('good', () => {});`,
  'process.abort': `test('bad', () => process.abort());`,
  'a signal to itself': `test('bad', async () => { process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}); });`,
  'a signal that has no handler': `test('bad', async () => { process.kill(process.pid, 'SIGTERM'); await new Promise(() => setTimeout(() => {}, 1e6)); });`,
  'an interrupt': `test('bad', async () => { process.kill(process.pid, 'SIGINT'); await new Promise(() => setTimeout(() => {}, 1e6)); });`,
  'an uncaught error': `test('bad', (done) => { setTimeout(() => { throw new Error('uncaught'); }, 1); });`,
  'an uncaught error of no test': `
    setTimeout(() => { throw new Error('uncaught'); }, 1);
    test('good', () => new Promise((resolve) => setTimeout(resolve, 50)));`,
  'an uncaught error in a microtask': `test('bad', (done) => { queueMicrotask(() => { throw new TypeError('micro'); }); });`,
  'a value that is thrown': `test('bad', (done) => { process.nextTick(() => { throw null; }); });`,
  'an unhandled rejection': `test('rejects', async () => { Promise.reject(new Error('unhandled')); await new Promise((resolve) => setTimeout(resolve, 20)); });`,
  'an error event': `test('bad', (done) => { process.nextTick(() => new (require('events'))().emit('error', new Error('emitted'))); });`,
  'a full stack': `test('bad', () => { const again = () => again() + 1; again(); });`,
  'a full heap': `test('bad', () => { const all = []; for (;;) all.push(new Array(1e6).fill({})); });`,
  'an error while it is loaded': `throw new Error('at load');`,
  'a syntax error': `test('bad', () => { const = 1; });`,
  'no test': `module.exports = 1;`,
  'a failure': `test('bad', () => expect([1, { a: 2 }]).toEqual([1, { a: 3 }]));`,
  'a snapshot': `test('good', () => expect({ a: 1 }).toMatchInlineSnapshot(\`{"a": 1}\`)); test('bad', () => expect(1).toMatchInlineSnapshot(\`2\`));`,
  'a worker that exits': `test('good', async () => {
      const { Worker } = require('worker_threads');
      const worker = new Worker('process.exit(7)', { eval: true });
      expect(await new Promise((resolve) => worker.once('exit', resolve))).toBe(7);
    });`,
  'a worker that fails': `test('bad', async () => {
      const { Worker } = require('worker_threads');
      await new Promise((_, reject) => new Worker('throw new Error("of the worker")', { eval: true }).once('error', ({ message }) => reject(message)));
    });`,
  'an exit while workers run': `test('bad', async () => {
      const { Worker } = require('worker_threads');
      const workers = [1, 2, 3].map(() => new Worker('require("worker_threads").parentPort.postMessage(1); for (;;);', { eval: true }));
      await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
      process.exit(2);
    });`,
  'a good end while workers run': `test('good', async () => {
      const { Worker } = require('worker_threads');
      const worker = new Worker('require("worker_threads").parentPort.postMessage(1); for (;;);', { eval: true });
      await new Promise((resolve) => worker.once('message', resolve));
    });`,
  'an exit while work is in the pool': `test('bad', () => {
      for (let i = 0; i < 8; i++) require('crypto').pbkdf2('a', 'b', 1e6, 64, 'sha512', () => {});
      process.exit(2);
    });`,
  'things that are left open': `test('good', async () => {
      setInterval(() => {}, 1e6);
      require('net').createServer().listen(0);
      require('child_process').spawn('sleep', ['1000']);
      process.stdin.resume();
    });`,
  'large writes before an exit': `test('bad', () => {
      process.stdout.write('out'.repeat(1e6) + ' LAST OUT\\n');
      process.stderr.write('err'.repeat(1e5) + ' LAST ERR\\n');
      process.exit(1);
    });`,
  'a handler for uncaught errors': `test('good', async () => {
      const heard = new Promise((resolve) => real.prependOnceListener('uncaughtException', resolve));
      real.listeners('uncaughtException').slice(1).forEach((each) => real.off('uncaughtException', each));
      setTimeout(() => { throw new Error('heard'); }, 1);
      expect((await heard).message).toBe('heard');
    });`,
};

/** Node's own object: that of a test is Jest's copy, whose listeners nobody calls. */
const REAL = `const real = require('vm').runInThisContext('process');`;

const fileName = (name: string) => `${name.replace(/\W+/g, '-')}.test.js`;

let exec: Launched;
let fork: Launched;
beforeAll(async () => {
  const files = Object.entries(ENDS).map(([name, text]) => [
    fileName(name),
    `${REAL} process.stderr.write(${JSON.stringify(`words of: ${name}\n`)}); ${text}`,
  ]);
  ({ exec, fork } = await launchBoth(Object.fromEntries(files), {
    args: ['-w', '2'],
    // Some tests wait for what will never be.
    config: { testTimeout: 5000 },
    // For the heap that is to be full.
    env: { NODE_OPTIONS: '--max-old-space-size=64' },
    sandbox: { timeout: 60_000 },
  }));
}, 400_000);

const fileOf = (launched: Launched, name: string) =>
  verdicts(launched).find((file) => file.name.endsWith(`/${fileName(name)}`));

describe.each(Object.keys(ENDS))('%s', (name) => {
  test('Jest says the same', () => {
    expect(fileOf(exec, name)).toBeDefined();
    expect(fileOf(fork, name)).toEqual(fileOf(exec, name));
  });
  const says = name === 'a syntax error' ? test.failing : test;
  says('what it wrote is printed', () => {
    for (const { run } of [exec, fork]) expect(run.stderr).toContain(`words of: ${name}\n`);
  });
});

test.each(['LAST OUT', 'LAST ERR', 'exit handler 4', 'exit handler 0'])('%s is printed', (text) => {
  for (const { run } of [exec, fork]) expect(run.stdout + run.stderr).toContain(text);
});

test('as many files pass, and Jest ends alike', () => {
  const ends = ({ run }: Launched) => [run.code, run.signal, run.json?.numPassedTests];
  expect(ends(fork)).toEqual(ends(exec));
  // None of the ends is taken for one that the strategy has caused.
  expect(fork.run.stderr).not.toContain('by a Node of its own');
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sandboxProcesses } from '../../support/host';
import { OneRun, type TestFile } from '../support/one-run';

// What a test process is born with: variables, streams, descriptors.

/** Jest's own variables, that a cleared environment keeps. */
const KEPT = ['FORCE_COLOR', 'JEST_WORKER_ID', 'NODE_ENV', 'NODE_OPTIONS', 'NODE_PATH'];

const FILES: Record<string, TestFile> = {
  inherited: {
    text: `test('as Jest', () => {
      expect(process.env.SECRET).toBe('of the host');
      expect(output('env')).toContain('SECRET=of the host');
    });`,
  },
  cleared: {
    options: { clearEnv: true, env: { PATH: process.env.PATH, MINE: 'a b=c' } },
    text: `
      const beside = (names) => names.filter((name) => !${JSON.stringify(KEPT)}.includes(name)).sort();
      test('by itself', () => {
        expect(beside(Object.keys(process.env))).toEqual(['MINE', 'PATH']);
        expect(process.env.MINE).toBe('a b=c');
      });
      test('by what it starts', () => {
        const { stdout } = spawnSync('env', ['-0'], { encoding: 'utf8' });
        const lines = stdout.split('\\0').filter(Boolean);
        expect(beside(lines.map((line) => line.split('=')[0]))).toEqual(['MINE', 'PATH']);
        expect(lines).toContain('MINE=a b=c');
      });
      test('by how it was started', () => {
        expect(fs.readFileSync('/proc/self/environ', 'utf8')).not.toContain('SECRET');
      });`,
  },
  streams: {
    text: `test('writes', () => {
      process.stdout.write('test process, output\\n');
      process.stderr.write('test process, errors\\n');
      spawnSync('sh', ['-c', 'echo child, output; echo child, errors >&2'], { stdio: 'inherit' });
    });`,
  },
  descriptors: {
    text: `
      /** Where each leads, but for what Node.js itself opens: pipes, sockets, polls. */
      const open = () => fs.readdirSync('/proc/self/fd')
        .map((fd) => [fd, attempt(() => fs.fstatSync(Number(fd))) === 'ok'])
        .filter(([, isOpen]) => isOpen)
        .map(([fd]) => fs.readlinkSync('/proc/self/fd/' + fd))
        .filter((link) => !/^(pipe|socket):|^anon_inode:\\[(eventpoll|eventfd|io_uring)\\]$|^\\/dev\\/null$/.test(link));
      test('none is of the set-up: a namespace, a directory, a mount, a process', () => {
        const before = open();
        const fds = ['/proc/self/ns/mnt', '/tmp'].map((file) => fs.openSync(file, 'r'));
        expect(open()).toEqual([...before, expect.stringMatching(/^mnt:/), '/tmp']);
        for (const fd of fds) fs.closeSync(fd);
        expect(before).toEqual([]);
      });
      test('none goes to what it starts', () => {
        // 3 is the directory that ls reads.
        expect(output('ls', '/proc/self/fd').split('\\n')).toEqual(['0', '1', '2', '3']);
      });`,
  },
};

describe('one run', () => {
  let run: OneRun;
  beforeAll(async () => {
    run = await OneRun.of(FILES, { env: { SECRET: 'of the host' } });
  }, 300_000);
  afterAll(() => run.remove());

  test('RUN-01 a run whose tests pass exits with 0', () => {
    expect(run.run.json).toMatchObject({ success: true, numRuntimeErrorTestSuites: 0 });
    expect(run.run.code).toBe(0);
    expect(sandboxProcesses()).toEqual([]);
  });

  test('RUN-08 output and errors of the test process and its children are Jest’s', () => {
    run.expectPassed('streams');
    for (const [stream, other] of [
      ['stdout', 'errors'],
      ['stderr', 'output'],
    ] as const) {
      const name = stream === 'stdout' ? 'output' : 'errors';
      expect(run.run[stream]).toContain(`test process, ${name}\n`);
      expect(run.run[stream]).toContain(`child, ${name}\n`);
      expect(run.run[stream]).not.toContain(`, ${other}\n`);
    }
  });

  test('RUN-13 a test process has no descriptor of the set-up', () =>
    run.expectPassed('descriptors'));

  test('RUN-15 a cleared environment keeps what Jest needs and what is listed', () =>
    run.expectPassed('inherited', 'cleared'));
});

describe('a run that fails', () => {
  test.each<[string, string, RegExp]>([
    ['a test', `test('fails', () => expect(1).toBe(2));`, /Expected: 2/],
    [
      'process.exit(0)',
      `test('ends', () => process.exit(0));`,
      /The test process exited with code 0 while this test was running/,
    ],
    ['a signal', `test('ends', () => process.kill(process.pid, 'SIGKILL'));`, /SIGKILL/],
  ])('RUN-01 by %s exits with 1', async (_, text, message) => {
    const run = await OneRun.of({ a: { text } });
    try {
      expect(run.run.stderr).toMatch(message);
      expect(run.run.code).toBe(1);
    } finally {
      run.remove();
    }
    expect(sandboxProcesses()).toEqual([]);
  });
});

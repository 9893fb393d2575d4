import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, sandboxProcesses } from '../../support/host';
import { FULL, sh, start } from '../../support/ns-init';
import { type JestRun, Project } from '../../support/project';

// What a launcher has to do: here seen from outside, with files that a real Jest runs.

const docblock = (options: object) =>
  `/** @jest-environment-options ${JSON.stringify(options)} */\n`;

const OFFSETS = `
const offsets = () => require('fs').readFileSync('/proc/self/timens_offsets', 'utf8').replace(/ +/g, ' ');`;

const CAPABILITIES = `
const capabilities = () => /CapEff:\\s*(\\w+)/.exec(require('fs').readFileSync('/proc/self/status', 'utf8'))[1];`;

const FILES: Record<string, string> = {
  grace: `${docblock({ timeout: 8000, killDelay: 20_000 })}
    test('never ends', async () => {
      const script = 'trap "sleep 0.2; echo > ended-well; exit" TERM; echo > started; while :; do sleep 0.01; done';
      require('child_process').spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' });
      await new Promise(() => setTimeout(() => {}, 1e8));
    }, 1e9);`,
  limit: `${docblock({ timeout: 8000 })}
    test('never ends', () => {
      require('child_process').spawn('sh', ['-c', 'trap "" TERM; sleep 1000'], { detached: true, stdio: 'ignore' });
      while (true) {}
    });`,
  'no-offsets': `${OFFSETS}
    test('none', () => expect(offsets()).toBe('monotonic 0 0\\nboottime 0 0\\n'));`,
  offsets: `${docblock({ time: { monotonic: { secs: 7, nanos: 5 }, boottime: 86_400 } })}${OFFSETS}
    test('those', () => expect(offsets()).toBe('monotonic 7 5\\nboottime 86400 0\\n'));`,
  'no-time-namespace': `${docblock({ time: { monotonic: 1 }, namespaces: { time: false } })}
    test('never runs', () => {});`,
  'root-keeps': `${docblock({ capabilities: { drop: ['ALL'], add: ['CAP_CHOWN'] } })}${CAPABILITIES}
    test('one', () => expect(capabilities()).toBe('0000000000000001'));`,
  'root-drops': `${docblock({ capabilities: { drop: ['ALL'] } })}${CAPABILITIES}
    test('all', () => expect(capabilities()).toBe('0000000000000000'));`,
  'user-has-none': `${docblock({ mapCurrentUser: true })}${CAPABILITIES}
    test('none, unless it is root', () => {
      if (process.getuid() !== 0) expect(capabilities()).toBe('0000000000000000');
    });`,
};

describe('files of one run', () => {
  let project: Project;
  let run: JestRun;
  beforeAll(async () => {
    const files = Object.entries(FILES).map(([name, text]) => [`${name}.test.js`, text]);
    project = new Project(Object.fromEntries(files));
    run = await project.run({ preset: 'ns-jest' }, { args: ['-w', '2'] });
  }, 300_000);
  afterAll(() => project.remove());

  const fileOf = (name: string) =>
    run.json?.testResults.find((file) => path.basename(file.name) === `${name}.test.js`);
  const expectPassed = (...names: string[]) => {
    for (const name of names) expect(fileOf(name)).toMatchObject({ message: '', status: 'passed' });
  };

  test('RUN-04 who catches SIGTERM has the time that was granted', () => {
    expect(fileOf('grace')?.message).toContain('took longer than 8000 ms');
    expect(existsSync(path.join(project.folder, 'ended-well'))).toBe(true);
  });

  test('RUN-06 a time limit ends the file and all that it started', () => {
    expect(fileOf('limit')?.message).toContain('took longer than 8000 ms');
    expect(sandboxProcesses()).toEqual([]);
  });

  test('TIME-12 without offsets both are 0', () => expectPassed('no-offsets'));

  test('TIME-13 the offsets are those of the options', () => expectPassed('offsets'));

  test('TIME-15 offsets without a time namespace are an error', () => {
    expect(fileOf('no-time-namespace')?.message).toContain(
      'The option "time" has no effect while "namespaces.time" is false',
    );
  });

  test('USER-20 root keeps or drops what is asked, another user has none', () =>
    expectPassed('root-keeps', 'root-drops', 'user-has-none'));
});

describe('the launcher by itself', () => {
  const traps = sh('trap "exit 7" TERM; echo up; while :; do sleep 0.01; done');

  test('PID-31 SIGTERM reaches the command that is PID 1, and its exit code comes back', async () => {
    const { child, ended, output } = start([...FULL, '--as-pid-1'], traps);
    await eventually(() => output().includes('up'));
    child.kill('SIGTERM');
    const { code, status } = await ended;
    expect(code).toBe(7);
    expect(status.at(-1)).toMatchObject({ type: 'exited', code: 7, signal: null });
  });

  test('PID-32 though it dies with its parent, the signal is first', async () => {
    // That is always so: killed itself, the launcher takes the command along.
    const killed = start([...FULL, '--as-pid-1'], traps);
    await eventually(() => killed.output().includes('up'));
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);

    const { child, ended, output, lifeline } = start(
      [...FULL, '--as-pid-1', '--kill-delay=20000'],
      sh('trap "echo term; exit 7" TERM; echo up; while :; do sleep 0.01; done'),
    );
    await eventually(() => output().includes('up'));
    child.kill('SIGTERM');
    lifeline.destroy();
    expect((await ended).stdout).toBe('up\nterm\n');
  });
});

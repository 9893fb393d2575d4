import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { ENTRY_LINES } from '../support/package';
import { outcomes, Project, runJest } from '../support/project';

/** A daemon that leaves its parent, its session and its process group, and holds on to everything. */
const LEAVES_A_DAEMON = `
  const { spawnSync } = require('child_process');
  const { ns } = require('ns-jest');
  test('leaves a daemon', () => {
    spawnSync('sh', ['-c', '(setsid sh -c "trap : TERM HUP INT; while :; do sleep 1; done" >/dev/null 2>&1 &)']);
    ns.messageQueues.create({ key: 4711 });
    ns.posixQueues.create({ name: '/left' });
    require('fs').writeFileSync('/tmp/left', 'x');
    require('fs').writeFileSync('/dev/shm/left', 'x');
  });
`;

let before: HostState;
beforeEach(() => {
  before = hostState();
});
afterEach(async () => {
  await eventually(() => sandboxProcesses().length === 0);
  expect(hostState()).toEqual(before);
});

describe.each(ENTRY_LINES)('$line', ({ config }) => {
  test('what a file leaves is gone when the file is', async () => {
    const run = await runJest(
      { 'a.test.js': LEAVES_A_DAEMON, 'b.test.js': LEAVES_A_DAEMON },
      config,
    );
    expect(outcomes(run)).toEqual(['leaves a daemon: passed', 'leaves a daemon: passed']);
    expect(sandboxProcesses()).toEqual([]);
  });

  test.each([
    [
      'is killed',
      `process.kill(process.pid, 'SIGKILL')`,
      'The test process was killed by SIGKILL while running',
    ],
    ['aborts', 'process.abort()', 'The test process was killed by SIGABRT while running'],
    ['exits', 'process.exit(3)', 'The test process exited with code 3 before'],
    ['exits as if all were well', 'process.exit(0)', 'The test process exited with code 0 before'],
    [
      'is forgotten by its own init',
      `process.kill(1, 'SIGKILL'); process.kill(process.pid, 'SIGTERM')`,
      'The test process was killed by SIGTERM while running',
    ],
  ])('a file that %s is one failed file, and the others run', async (_, statement, message) => {
    const run = await runJest(
      {
        'a.test.js': `test('good', () => {});`,
        'b.test.js': `test('bad', async () => { console.error('last words'); ${statement}; await new Promise(() => {}); });`,
        'c.test.js': `test('good', () => {});`,
      },
      config,
    );
    expect(outcomes(run)).toEqual(['good: passed', 'good: passed']);
    expect(run.json?.numRuntimeErrorTestSuites).toBe(1);
    expect(run.stderr).toContain(message);
    expect(run.code).toBe(1);
  });

  test('output that was written before the end is kept', async () => {
    const run = await runJest(
      {
        'a.test.js': `test('bad', () => { process.stdout.write('out '.repeat(50000) + 'LAST'); process.abort(); });`,
      },
      config,
    );
    expect(run.stdout).toContain('LAST');
  });

  test('when Jest is killed at any moment, nothing is left', async () => {
    const project = new Project({
      'a.test.js': `${LEAVES_A_DAEMON} test('waits', () => new Promise(() => setTimeout(() => {}, 1e9)), 1e8);`,
      'b.test.js': `${LEAVES_A_DAEMON} test('waits', () => new Promise(() => setTimeout(() => {}, 1e9)), 1e8);`,
    });
    for (let round = 0; round < 10; round++) {
      // Spread over start-up, launch, set-up and test, each time elsewhere.
      const moment = 200 + round * 180 + Math.random() * 180;
      const jest = project.start(config, { args: ['-w', '2'] });
      await new Promise((resolve) => setTimeout(resolve, moment));
      // Jest alone: its workers, and the sandboxes that they opened, have to notice by themselves.
      jest.kill('SIGKILL');
      expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
    }
    project.remove();
  });
});

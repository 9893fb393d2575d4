import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cli, startCli } from '../support/cli';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { Project } from '../support/project';

let before: HostState;
const running: ReturnType<typeof startCli>[] = [];
beforeEach(async () => {
  await eventually(() => sandboxProcesses().length === 0);
  before = hostState();
});
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  expect(hostState()).toEqual(before);
});

/** Starts a command in a sandbox, and waits until it says that it is there. */
async function start(options: string[], script: string) {
  const started = startCli(['run', ...options, '--', 'sh', '-c', `${script}; echo ready; cat`]);
  running.push(started);
  expect(await eventually(() => started.output().includes('ready'))).toBe(true);
  return started;
}

interface Row {
  id: number;
  since: string;
  state: string;
  processes: number;
  uid: number;
  hostname: string;
  testPath: string | null;
  command: string[];
}

async function list(): Promise<Row[]> {
  const { stdout, stderr, code } = await cli(['ps', '--json']);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return JSON.parse(stdout);
}
/** Others may have some on this machine, too. */
const mine = async (mark: string) =>
  (await list()).filter(({ command }) => command.join(' ').includes(mark));

test('a sandbox is listed while it lives, as it is', async () => {
  const began = Date.now();
  const { child, ended } = await start(
    ['--hostname', 'first'],
    ': listed; sleep 1000 & hostname second',
  );
  const [row, ...others] = await mine(': listed;');
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    state: 'running',
    // ns-init, sh, sleep, cat.
    processes: 4,
    uid: process.getuid?.(),
    hostname: 'second',
    testPath: null,
    command: ['sh', '-c', expect.stringContaining('sleep 1000')],
  });
  expect(Math.abs(new Date((row as Row).since).getTime() - began)).toBeLessThan(10_000);
  // Its id is that of PID 1, outside.
  expect(sandboxProcesses()).toContain(`${row?.id} ns-init`);
  child.kill('SIGKILL');
  await ended;
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  expect(await mine(': listed;')).toEqual([]);
});

test('without a PID namespace, or with the command as PID 1', async () => {
  await start(['--namespaces', '{"pid": false}'], ': shared');
  await start(['--as-pid-1'], ': first');
  expect(await mine(': shared')).toMatchObject([{ processes: 3 }]);
  expect(await mine(': first')).toMatchObject([{ processes: 2 }]);
});

test('a table, for people', async () => {
  await start(['--hostname', 'tabled'], ': table');
  const [row] = (await mine(': table')) as [Row];
  const { stdout } = await cli(['ps']);
  const [head, ...lines] = stdout.split('\n');
  expect(head).toMatch(/^ID +SINCE +STATE +PROCESSES +HOSTNAME +WHAT$/);
  const line = lines.find((each) => each.startsWith(`${row.id} `));
  expect(line).toMatch(/ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d +running +3 +tabled +sh -c : table;/);
});

test.each(['exec', 'fork'])('a test file is listed by its name (%s)', async (launch) => {
  const project = new Project({
    'listed.test.js': `test('waits', () => new Promise((resolve) => setTimeout(resolve, 1e8)), 1e8);`,
  });
  const jest = project.start({ preset: 'ns-jest', testEnvironmentOptions: { launch } });
  let rows: Row[] = [];
  await eventually(() => sandboxProcesses().some((each) => / node .*main\.js|node/.test(each)));
  for (const end = Date.now() + 60_000; rows.length === 0 && Date.now() < end; ) {
    rows = (await list()).filter(({ testPath }) => testPath?.startsWith(project.folder));
  }
  const { stdout } = await cli(['ps'], { cwd: project.folder });
  jest.kill('SIGKILL');
  project.remove();
  expect(rows).toMatchObject([
    { testPath: `${project.folder}/listed.test.js`, hostname: 'sandbox', state: 'running' },
  ]);
  expect(stdout).toMatch(new RegExp(`^${rows[0]?.id} .* listed\\.test\\.js$`, 'm'));
});

test('an argument that it does not know', async () => {
  expect(await cli(['ps', '--jsn'])).toEqual({
    stdout: '',
    stderr: 'ns-jest: ns-jest ps knows no "--jsn"\n',
    code: 2,
  });
});

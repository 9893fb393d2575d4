import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CLI, cli, startCli } from '../support/cli';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { ENTRY_LINES } from '../support/package';
import { outcomes, Project } from '../support/project';
import { hasTerminals, Terminal } from '../support/terminal';
import { testIf } from '../support/test-if';

let before: HostState;
let project: Project;
beforeEach(async () => {
  await eventually(() => sandboxProcesses().length === 0);
  before = hostState();
});
afterEach(async () => {
  project.remove();
  for (const { id } of await kept()) await cli(['cleanup', `${id}`]);
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  expect(hostState()).toEqual(before);
});

interface Row {
  id: number;
  testPath: string;
  state: string;
  processes: number;
}

/** Those of this test's project: others may have some on this machine, too. */
async function kept(): Promise<Row[]> {
  const rows: Row[] = JSON.parse((await cli(['ps', '--json'])).stdout);
  return rows.filter(
    ({ testPath, state }) => state === 'kept' && testPath?.startsWith(`${project.folder}/`),
  );
}

/** Names of the files whose sandboxes are kept. */
const keptFiles = async () =>
  (await kept()).map(({ testPath }) => testPath.slice(project.folder.length + 1)).sort();

const enter = (id: number, script: string) => cli(['enter', `${id}`, '--', 'sh', '-c', script]);

/** The state of each process in a sandbox, but for those that entered: T is stopped. */
const STATES = `for each in /proc/[0-9]*; do
  grep -q "^PPid:[[:space:]]0$" $each/status || sed -n 's/^State:[[:space:]]*\\(.\\).*/\\1/p' $each/status
done`;

const FAILS = `
  const { spawn } = require('child_process');
  const fs = require('fs');
  const { ns } = require('ns-jest');
  test('fails', async () => {
    fs.writeFileSync('/tmp/evidence', 'of ' + require('path').basename(__filename));
    fs.mkdirSync('/tmp/mounted');
    ns.mounts.mount({ type: 'tmpfs', target: '/tmp/mounted' });
    ns.hostname.set('scene');
    ns.messageQueues.create({ key: 4711 });
    await new Promise((resolve) => require('net').createServer().listen(80, resolve));
    spawn('sleep', ['1000']);
    console.log('said before');
    process.stdout.write('printed before');
    expect(1).toBe(2);
  });
`;
const PASSES = `test('passes', () => {});`;

describe.each(ENTRY_LINES)('$line', ({ config }) => {
  test.each(['exec', 'fork'])(
    'on-failure: the sandbox of a file that fails (%s)',
    async (launch) => {
      project = new Project({ 'fails.test.js': FAILS, 'passes.test.js': PASSES });
      const run = await project.run(
        { ...config, testEnvironmentOptions: { keep: 'on-failure', launch } },
        { args: ['-w', '2'] },
      );
      expect(outcomes(run)).toEqual(['fails: failed', 'passes: passed']);
      expect(run.code).toBe(1);
      expect(run.stderr).toContain('said before');
      expect(run.stdout).toContain('printed before');
      expect(run.stderr).not.toContain('left processes running');

      // Jest has ended, and it is there still.
      expect(await keptFiles()).toEqual(['fails.test.js']);
      const [{ id }] = (await kept()) as [Row];
      const file = run.json?.testResults.find(({ name }) => name.endsWith('fails.test.js'));
      expect(file?.message).toMatch(
        new RegExp(
          `Expected: 2[^]*
  The sandbox is kept, with its processes stopped. To enter it: npx ns-jest enter ${id}
  In it:
    process \\S+/node .*/dist/test-process/main.js
    process sleep 1000
    mount tmpfs on /tmp/mounted
    message queue id 0 key 4711 .*
    socket tcp \\[::\\]:80 of .*
`,
        ),
      );

      const { stdout, stderr, code } = await enter(
        id,
        `uname -n; cat /tmp/evidence; echo; grep -c ' /tmp/mounted tmpfs' /proc/mounts
      grep -c ^ /proc/sysvipc/msg; grep -c ':0050 .* 0A ' /proc/net/tcp6; pwd; exit 7`,
      );
      expect(stderr).toBe('');
      expect(stdout.split('\n').slice(0, 6)).toEqual([
        'scene',
        'of fails.test.js',
        '1',
        '2',
        '1',
        project.folder,
      ]);
      expect(code).toBe(7);
      // The test process and what it has started; ns-init goes on.
      expect((await enter(id, STATES)).stdout.trim().split('\n')).toEqual(['T', 'T']);

      const ended = await cli(['cleanup', `${id}`]);
      expect(ended).toEqual({
        stdout: `ended sandbox ${id} (${project.folder}/fails.test.js)\n`,
        stderr: '',
        code: 0,
      });
      expect(sandboxProcesses()).toEqual([]);
    },
  );

  test('always, and never by default', async () => {
    project = new Project({
      'fails.test.js': `test('f', () => { throw 1; });`,
      'passes.test.js': PASSES,
    });
    await project.run({ ...config });
    expect(sandboxProcesses()).toEqual([]);
    const run = await project.run({ ...config, testEnvironmentOptions: { keep: 'always' } });
    expect(await keptFiles()).toEqual(['fails.test.js', 'passes.test.js']);
    expect(run.stderr).toMatch(
      /ns-jest: passes\.test\.js: the sandbox is kept, with its processes stopped/,
    );
  });

  test('a file that ends without a result', async () => {
    const files = {
      'crashes.test.js': `test('c', (done) => {
        require('child_process').spawn('sleep', ['1000']);
        const server = \`require('net').createServer().listen(81, () => console.log())\`;
        require('child_process').spawn('node', ['-e', server]).stdout.on('data', () => process.exit(3));
      });`,
      'hangs.test.js': `test('h', () => { while (true) {} });`,
      'throws.test.js': `throw new Error('no test');`,
      'faults.test.js': `test('s', () => process.abort());`,
    };
    project = new Project(files);
    const run = await project.run(
      { ...config, testEnvironmentOptions: { keep: 'on-failure', timeout: 6000 } },
      { args: ['-w', '2'] },
    );
    expect(run.json?.numPassedTests).toBe(0);
    // One each: of the copy that died of a fault, and was run again, only the second.
    expect(await keptFiles()).toEqual(Object.keys(files).sort());
    for (const { id, testPath } of await kept()) {
      expect(run.stderr).toContain(`ns-jest enter ${id}`);
      const states = (await enter(id, STATES)).stdout.replace(/\n/g, '');
      const expected = { crashes: 'TT', hangs: 'T', throws: 'T', faults: '' };
      const [name] = testPath.slice(project.folder.length + 1).split('.');
      expect([name, states]).toEqual([name, expected[name as keyof typeof expected]]);
    }
    expect(run.stderr).toMatch(
      /In it:\n +process sleep 1000\n +process node -e .*\n +socket tcp \[::\]:81\n/,
    );
  });

  test('Jest that is killed before the file has ended keeps nothing', async () => {
    project = new Project({
      'a.test.js': `test('waits', () => new Promise((resolve) => setTimeout(resolve, 1e8)), 1e8);`,
    });
    const jest = project.start({ ...config, testEnvironmentOptions: { keep: 'always' } });
    const isThere = () => sandboxProcesses().filter((each) => each.endsWith(' ns-init')).length > 0;
    expect(await eventually(isThere)).toBe(true);
    jest.kill('SIGKILL');
    expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  });
});

test.each([
  [{ keep: 'on-failure', asPid1: true }, 'The options "keep" and "asPid1" contradict each other'],
  [
    { keep: 'always', namespaces: { pid: false } },
    'The option "keep" has no effect while "namespaces.pid" is false',
  ],
  [{ keep: 'yes' }, `Expected the option "keep" to be 'never', 'on-failure', 'always', got 'yes'`],
])('refused: %j', async (options, message) => {
  project = new Project({ 'a.test.js': PASSES });
  const run = await project.run({ preset: 'ns-jest', testEnvironmentOptions: options });
  expect(run.stderr).toContain(message);
  expect(run.code).toBe(1);
});

describe('enter', () => {
  const keepOne = async (options: object = {}, text = `test('f', () => { throw 1; });`) => {
    project = new Project({ 'a.test.js': text });
    // For whoever it runs as.
    chmodSync(project.folder, 0o755);
    await project.run({
      preset: 'ns-jest',
      testEnvironmentOptions: { keep: 'on-failure', ...options },
    });
    const [row] = await kept();
    return (row as Row).id;
  };

  test('all namespaces, and nothing of the host', async () => {
    const id = await keepOne({}, `process.env.INNER = '1'; test('f', () => { throw 1; });`);
    const { stdout } = await cli(
      [
        ...['enter', `${id}`, '--', 'sh', '-c'],
        `for ns in user mnt pid net ipc uts cgroup time; do readlink /proc/self/ns/$ns; done
        ls /proc/self/fd | xargs; echo "$FROM_OUTSIDE"; grep CapEff /proc/self/status; id -u; tty; ls -d /proc/${id} 2>&1`,
      ],
      { env: { FROM_OUTSIDE: 'leaked' } },
    );
    const lines = stdout.trim().split('\n');
    const names = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'];
    expect(lines.slice(0, 8)).toEqual(names.map((name) => readlinkSync(`/proc/${id}/ns/${name}`)));
    const [fds, variable, capabilities, uid, tty] = lines.slice(8);
    // ls has opened the directory.
    expect([fds, variable, uid, tty]).toEqual(['0 1 2 3', '', '0', 'not a tty']);
    const init = /CapEff.*/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[0];
    expect(capabilities).toBe(init);
  });

  test('as whom the test process runs as, with what that may do', async () => {
    const id = await keepOne({
      mapAuto: process.getuid?.() !== 0,
      uid: 1,
      gid: 1,
      umask: 0o77,
      capabilities: { drop: ['ALL'] },
      rlimits: { nofile: 64 },
      noNewPrivileges: true,
      seccomp: { deny: ['mknod', 'mknodat'] },
    });
    const { stdout, stderr } = await enter(
      id,
      `id -u; id -g; umask; ulimit -n; grep -E '^(CapBnd|NoNewPrivs)' /proc/self/status; mkfifo /tmp/a`,
    );
    expect(stdout.split(/\s+/).filter(Boolean)).toEqual([
      ...['1', '1', '0077', '64', 'CapBnd:', '0000000000000000', 'NoNewPrivs:', '1'],
    ]);
    expect(stderr).toContain('Operation not permitted');
  });

  test('a sandbox that runs, whose own root and directory it has', async () => {
    project = new Project({});
    const started = startCli([
      ...[
        'run',
        '--root',
        '{"type": "empty"}',
        '--bind',
        '{"source": "/usr"}',
        '--cwd',
        '/usr/bin',
      ],
      ...['--', '/usr/bin/sh', '-c', 'echo ready; cat; : entered'],
    ]);
    expect(await eventually(() => started.output() === 'ready\n')).toBe(true);
    const rows: { id: number; command: string[] }[] = JSON.parse(
      (await cli(['ps', '--json'])).stdout,
    );
    const id = rows.find(({ command }) => command.join().includes(': entered'))?.id as number;
    const { stdout } = await cli(['enter', `${id}`, '--', '/usr/bin/sh', '-c', 'pwd; echo /*']);
    expect(stdout).toMatch(/^\/usr\/bin\n.*\/usr/);
    expect(stdout).not.toContain('/home');
    started.child.kill('SIGKILL');
    await started.ended;
  });

  test('exit codes, and what is not there', async () => {
    const id = await keepOne();
    expect((await cli(['enter', `${id}`, '--', '/no/such/command'])).code).toBe(127);
    expect((await enter(id, 'kill -KILL $$')).code).toBe(137);
    expect(await cli(['enter', `${process.pid}`])).toEqual({
      stdout: '',
      stderr: `ns-jest: There is no sandbox ${process.pid} of yours. See: ns-jest ps\n`,
      code: 2,
    });
  });

  test('a stopped process goes on when it is let', async () => {
    const id = await keepOne(
      {},
      `test('f', () => {
        require('child_process').spawn('sh', ['-c', 'while :; do echo x >>/tmp/ticks; sleep 0.05; done']);
        throw 1;
      });`,
    );
    const { stdout } = await enter(
      id,
      'touch /tmp/ticks; wc -l </tmp/ticks; sleep 0.5; wc -l </tmp/ticks; kill -CONT -1; sleep 1; wc -l </tmp/ticks',
    );
    const [first, second, third] = stdout.trim().split('\n').map(Number);
    expect(second).toBe(first);
    expect(third).toBeGreaterThan(second as number);
  });

  testIf(hasTerminals(), 'a terminal: tmux')('a shell has job control', async () => {
    const id = await keepOne();
    const env = { ...process.env, PS1: 'outer> ' };
    const terminal = new Terminal(['bash', '--norc', '-i'], { cwd: '/', env });
    try {
      await terminal.shows('outer>');
      terminal.type(`${process.execPath} ${CLI} enter ${id} -- bash --norc\n`);
      await terminal.shows('outer>', '\nbash');
      terminal.type('PS1="in> "; uname -n; sleep 1000\n');
      await terminal.shows('\nsandbox');
      terminal.press('C-z');
      await terminal.shows('Stopped', 'in>');
      terminal.type('kill %1; suspend\n');
      await terminal.shows('+  Stopped  ', 'outer>');
      terminal.type('fg\n');
      await terminal.shows('Terminated', 'in>');
      terminal.type('exit 5\n');
      await terminal.shows('\nexit\nouter>');
      terminal.type('echo code $?\n');
      await terminal.shows('\ncode 5');
    } finally {
      terminal.close();
    }
  });
});

describe('cleanup', () => {
  test('says what it would do, and leaves what runs alone', async () => {
    project = new Project({ 'a.test.js': `test('f', () => { throw 1; });` });
    const config = { preset: 'ns-jest', testEnvironmentOptions: { keep: 'on-failure' } };
    await project.run(config);
    const [{ id }] = (await kept()) as [Row];
    const dry = await cli(['cleanup', '--dry-run', `${id}`]);
    expect(dry.stdout).toBe(`would end sandbox ${id} (${project.folder}/a.test.js)\n`);
    expect(await keptFiles()).toEqual(['a.test.js']);

    const started = startCli(['run', '--', 'sh', '-c', 'echo ready; cat; : runs']);
    expect(await eventually(() => started.output() === 'ready\n')).toBe(true);
    const rows: { id: number; command: string[] }[] = JSON.parse(
      (await cli(['ps', '--json'])).stdout,
    );
    const runs = rows.find(({ command }) => command.join().includes(': runs'))?.id;
    expect(await cli(['cleanup', `${runs}`])).toMatchObject({
      stderr: `ns-jest: There is no kept sandbox ${runs} of yours. See: ns-jest ps\n`,
      code: 2,
    });
    started.child.stdin?.end();
    expect((await started.ended).code).toBe(0);
  });

  test('grants the time to end well that the options grant', async () => {
    project = new Project({
      'a.test.js': `test('f', async () => {
        const child = require('child_process').spawn('sh', ['-c', 'trap "echo bye >$OUT; exit" TERM; echo ready; while :; do sleep 0.05; done']);
        await new Promise((resolve) => child.stdout.once('data', resolve));
        throw 1;
      });`,
    });
    const out = `${project.folder}/out`;
    await project.run({
      preset: 'ns-jest',
      testEnvironmentOptions: { keep: 'on-failure', killDelay: 3000, env: { OUT: out } },
    });
    const [{ id }] = (await kept()) as [Row];
    expect((await cli(['cleanup', `${id}`])).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toBe('bye\n');
  });

  test('SIGTERM to its PID 1 ends one, too', async () => {
    project = new Project({ 'a.test.js': `test('f', () => { throw 1; });` });
    await project.run({
      preset: 'ns-jest',
      testEnvironmentOptions: { keep: 'on-failure' },
    });
    const [{ id }] = (await kept()) as [Row];
    execFileSync('kill', ['-TERM', `${id}`]);
    expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  });
});

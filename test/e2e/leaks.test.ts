/** What files leave in their sandboxes, and what the option `leaks` makes of it. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ENTRY_LINES } from '../support/package';
import { type JestRun, outcomes, runJest } from '../support/project';

const USES = `
  const { execFileSync, spawn } = require('child_process');
  const { once } = require('events');
  const net = require('net');
  const { ns } = require('ns-jest');
  const background = (seconds) => {
    execFileSync('sh', ['-c', 'setsid sleep ' + seconds + ' >/dev/null 2>&1 &']);
  };
`;

/** Files, and what is said of each: processes that were killed, and the rest. */
const LEAVES: { name: string; text: string; processes?: string[]; others?: string[] }[] = [
  {
    name: 'process',
    text: `
      describe('group', () => {
        beforeAll(() => background(4001));
        test('clean', () => {});
        test('leaves', () => background(4002));
        test('waits', () => {
          spawn('sleep', ['4003'], { detached: true, stdio: 'ignore' }).unref();
        });
        afterAll(() => background(4004));
      });`,
    processes: [
      'sleep 4001',
      'sleep 4002, since "group › leaves"',
      'sleep 4003, since "group › waits"',
      'sleep 4004',
    ],
  },
  {
    name: 'concurrent',
    text: `
      test.concurrent('one', async () => background(4005));
      test.concurrent('two', async () => {});`,
    processes: ['sleep 4005'],
  },
  {
    name: 'crash',
    text: `
      test('leaves', () => background(4006));
      test('crashes', () => process.kill(process.pid, 'SIGKILL'));`,
    processes: ['sleep 4006, since "leaves"'],
  },
  {
    name: 'mount',
    text: `
      test('leaves', () => {
        ns.mounts.mount({ type: 'tmpfs', target: '/mnt' });
        ns.mounts.mount({ type: 'bind', source: '/tmp', target: '/mnt' });
      });`,
    others: ['mount tmpfs on /mnt', 'mount tmpfs on /mnt'],
  },
  {
    name: 'ipc',
    text: `
      test('leaves', () => {
        ns.messageQueues.create({ key: 4711 });
        ns.semaphores.create({ key: 4712, count: 1 });
        ns.sharedMemory.create({ key: 4713, size: 100 });
        ns.posixQueues.create({ name: '/left' });
      });`,
    others: [
      'message queue id 0 key 4711 (0x00001267)',
      'semaphore set id 0 key 4712 (0x00001268)',
      'shared memory segment id 0 key 4713 (0x00001269)',
      'POSIX queue /left',
    ],
  },
  {
    name: 'socket',
    text: `
      beforeAll(async () => {
        const listen = (...where) => once(net.createServer().listen(...where), 'listening');
        await listen(80, '127.0.0.1');
        await listen(81, '::1');
        await listen('/tmp/left');
        await listen('\\0left');
        await once(require('dgram').createSocket('udp4').bind(53), 'listening');
      });
      test('leaves', () => {});`,
    others: [
      'socket tcp 127.0.0.1:80 of node',
      'socket tcp [::1]:81 of node',
      'socket udp 0.0.0.0:53 of node',
      'socket unix /tmp/left of node',
      'socket unix @left of node',
    ],
  },
  {
    name: 'server',
    text: `
      const serve = 'require("net").createServer().listen(82, "127.0.0.1", () => console.log("up"))';
      test('leaves', async () => {
        const server = spawn(process.execPath, ['-e', serve], { stdio: ['ignore', 'pipe', 'ignore'] });
        await once(server.stdout, 'data');
        server.unref();
      });
      test('of one that ends with this process, no more', async () => {
        const child = spawn(process.execPath, ['-e', 'process.stdin.resume().on("end", () => process.exit()); ' + serve.replace('82', '83')]);
        await once(child.stdout, 'data');
      });`,
    processes: [
      `${process.execPath} -e require("net").createServer().listen(82, "127.0.0.1", () => console.log("up")), since "leaves"`,
    ],
    others: ['socket tcp 127.0.0.1:82 of node'],
  },
  {
    name: 'network',
    text: `
      test('leaves', () => {
        ns.interfaces.add({ name: 'left0', kind: 'veth', peer: { name: 'left1' } });
        ns.interfaces.up('left0');
        ns.interfaces.up('left1');
        ns.addresses.add({ interface: 'left0', address: '10.1.0.1/24' });
        ns.addresses.add({ interface: 'left0', address: 'fd00::1/64' });
        ns.routes.add({ destination: '10.9.0.0/16', gateway: '10.1.0.7', metric: 7 });
        ns.routes.add({ destination: 'default', type: 'blackhole' });
      });`,
    others: [
      'interface left0',
      'interface left1',
      'address 10.1.0.1',
      'address fd00::1/64 dev left0',
      'route 10.1.0.0/24 dev left0',
      'route 10.9.0.0/16 via 10.1.0.7 dev left0 metric 7',
      'route default blackhole',
      'route fd00::/64 dev left0',
    ],
  },
  {
    name: 'hidden',
    text: `
      test('leaves', () => ns.mounts.mount({ type: 'tmpfs', target: '/proc/sysvipc' }));`,
    others: [
      'mount tmpfs on /proc/sysvipc',
      "mount that hides messageQueues: ENOENT: no such file or directory, open '/proc/sysvipc/msg'",
      "mount that hides semaphores: ENOENT: no such file or directory, open '/proc/sysvipc/sem'",
      "mount that hides sharedMemory: ENOENT: no such file or directory, open '/proc/sysvipc/shm'",
    ],
  },
  {
    name: 'clean',
    text: `
      test('cleans up', async () => {
        await once(spawn('true'), 'exit');
        const server = net.createServer().listen(80);
        await once(server, 'listening');
        await new Promise((resolve) => net.connect(80, () => server.close(resolve)).end());
        ns.mounts.mount({ type: 'tmpfs', target: '/mnt' });
        ns.mounts.unmount('/mnt');
        ns.messageQueues.remove(ns.messageQueues.create().id);
        ns.interfaces.add({ name: 'gone0', kind: 'veth', peer: { name: 'gone1' } });
        ns.interfaces.remove('gone0');
        expect(ns).toHaveLeftNoTrace();
      });
      test('has an agent', () => {
        const agent = ns.agent();
        agent.fs.chdir('/');
      });`,
  },
  {
    // What a test has replaced is not asked afterwards.
    name: 'replaced',
    text: `
      test('replaces', () => {
        const fs = require('fs');
        for (const name of ['readFileSync', 'readdirSync', 'readlinkSync']) {
          const real = fs[name];
          fs[name] = (path, ...rest) =>
            String(path).startsWith('/proc') ? 'not what is there\\n' : real.call(fs, path, ...rest);
        }
      });`,
  },
];

const files = Object.fromEntries(
  LEAVES.map(({ name, text }) => [`${name}.test.js`, `${USES}${text}`]),
);

/** The lines that are said of a file below one that begins with what is the matter. */
function told({ stderr }: JestRun, name: string, what: string): string[] {
  const [, below = ''] = stderr.split(`ns-jest: ${name}.test.js left ${what}:\n`);
  const lines = below.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('  '));
  return lines.slice(0, end).map((line) => line.slice(2));
}

const MANY_RUNS_MS = 200_000;

const COMBINATIONS = [
  ...ENTRY_LINES.flatMap(({ line, config }) =>
    (['fork', 'exec'] as const).map((launch) => ({ line, config, launch, jest: 'jest' })),
  ),
  {
    line: "preset: 'ns-jest', Jest 29",
    config: { preset: 'ns-jest' },
    launch: 'fork',
    jest: 'jest-29',
  },
] as const;

describe.each(COMBINATIONS)('$line, $launch', ({ config, launch, jest }) => {
  let report: JestRun;
  let fail: JestRun;
  beforeAll(async () => {
    const run = (leaks?: string) =>
      runJest(files, { ...config, testEnvironmentOptions: { launch, leaks } }, { jest });
    report = await run();
    fail = await run('fail');
  }, MANY_RUNS_MS);

  test.each(LEAVES)('$name: it is told on standard error', ({ name, processes, others }) => {
    expect(told(report, name, 'processes running, which were killed')).toEqual(processes ?? []);
    const rest = told(report, name, 'in its sandbox').sort();
    // Ids of the kernel's are counted on from one object to the next.
    expect(rest).toEqual([...(others ?? [])].sort());
  });

  test('told is all: as many tests pass as there are', () => {
    expect(outcomes(report).filter((line) => !line.endsWith(': passed'))).toEqual([
      'crashes: failed',
    ]);
  });

  test.each(LEAVES)('$name: it fails the file', ({ name, processes = [], others = [] }) => {
    const file = fail.json?.testResults.find((each) => each.name.endsWith(`/${name}.test.js`));
    const added = file?.assertionResults.find(({ title }) => title === 'leaves nothing behind');
    const lines = [...processes.map((line) => `process ${line}`), ...others];
    if (lines.length === 0 || name === 'crash') {
      expect(added).toBeUndefined();
      expect(file?.status).toBe(name === 'crash' ? 'failed' : 'passed');
      return;
    }
    expect(file?.status).toBe('failed');
    expect(file?.message).toContain('● leaves nothing behind');
    const [heading, ...told] = added?.failureMessages[0]?.split('\n') ?? [];
    expect(heading).toBe('The file left in its sandbox:');
    expect(told.sort()).toEqual(lines.map((line) => `  ${line}`).sort());
    expect(fail.stderr).not.toContain(`ns-jest: ${name}.test.js left`);
  });

  test('of a file that has no result, it is told on standard error', () => {
    expect(told(fail, 'crash', 'processes running, which were killed')).toEqual([
      'sleep 4006, since "leaves"',
    ]);
  });

  test('no other test has failed for it', () => {
    const others = outcomes(fail).filter((line) => !line.startsWith('leaves nothing behind'));
    expect(others).toEqual(outcomes(report));
    expect(fail.json?.numTotalTests).toBe(
      fail.json?.testResults.flatMap((file) => file.assertionResults).length,
    );
  });
});

test('leaks: "ignore" says nothing, and nothing fails', async () => {
  const run = await runJest(files, {
    preset: 'ns-jest',
    testEnvironmentOptions: { leaks: 'ignore' },
  });
  expect(run.stderr).not.toMatch(/ns-jest: .* left/);
  expect(outcomes(run).filter((line) => line.endsWith(': failed'))).toEqual(['crashes: failed']);
});

test("a namespace that is the host's is nobody's trace", async () => {
  const run = await runJest(
    {
      'a.test.js': `${USES} test('leaves', async () => {
        await once(net.createServer().listen(0), 'listening');
        ns.mounts.mount({ type: 'tmpfs', target: '/mnt' });
        expect(ns.traces.list()).toEqual([expect.objectContaining({ kind: 'mount' })]);
      });`,
    },
    { preset: 'ns-jest', testEnvironmentOptions: { namespaces: { net: false }, leaks: 'fail' } },
  );
  expect(outcomes(run)).toEqual(['leaves nothing behind: failed', 'leaves: passed']);
  expect(run.json?.testResults[0]?.message).not.toContain('socket');
});

test('where no event says which test runs, it is told without', async () => {
  const run = await runJest(
    {
      'a.test.js': `${USES} test('leaves', () => background(4007));`,
      'environment.js': `
        const { default: NamespaceEnvironment } = require('ns-jest');
        module.exports = class extends NamespaceEnvironment { handleTestEvent() {} };`,
    },
    { preset: 'ns-jest', testEnvironment: './environment.js' },
  );
  expect(told(run, 'a', 'processes running, which were killed')).toEqual(['sleep 4007']);
});

test('what the options make is there from the start', async () => {
  const run = await runJest(
    { 'a.test.js': `${USES} test('clean', () => expect(ns).toHaveLeftNoTrace());` },
    {
      preset: 'ns-jest',
      testEnvironmentOptions: {
        leaks: 'fail',
        links: [{ name: 'v0', kind: 'veth', peer: 'v1' }],
        addresses: [{ interface: 'v0', address: '10.1.0.1/24' }],
      },
    },
  );
  expect(outcomes(run)).toEqual(['clean: passed']);
});

describe('files in a root that vanishes', () => {
  let host: string;
  beforeAll(() => {
    host = mkdtempSync('/var/tmp/ns-jest-test-');
    writeFileSync(path.join(host, 'old'), 'old');
    writeFileSync(path.join(host, 'other'), 'other');
  });
  afterAll(() => rmSync(host, { recursive: true }));

  const run = async (text: string, options: object) => {
    const all = {
      'a.test.js': `const fs = require('fs'); ${text}`,
    };
    const done = await runJest(all, { preset: 'ns-jest', testEnvironmentOptions: options });
    expect(outcomes(done).filter((line) => !line.includes('leaves nothing'))).toEqual([
      'writes: passed',
    ]);
    return done;
  };
  const others = (done: JestRun) => told(done, 'a', 'in its sandbox').sort();

  test('the overlay over the host: what came and went is told', async () => {
    const text = `test('writes', () => {
      fs.mkdirSync('${host}/new/below', { recursive: true });
      fs.writeFileSync('${host}/new/below/file', '');
      fs.writeFileSync('${host}/other', 'changed');
      fs.rmSync('${host}/old');
      fs.writeFileSync('/left', '');
      fs.writeFileSync('/tmp/of-the-sandbox', '');
      fs.writeFileSync('of-the-project', '');
    });`;
    const lines = [
      'file /left',
      `file ${host}/new/below/file`,
      `file ${host}/old, which was removed`,
      `file ${host}/other`,
    ];
    const root = { type: 'overlay' };
    expect(others(await run(text, { root }))).toEqual(lines);
    expect(readdirSync(host)).toEqual(['old', 'other']);
    const failed = await run(text, { root, leaks: 'fail' });
    expect(failed.stderr.split('\n').map((line) => line.trim())).toEqual(
      expect.arrayContaining(lines),
    );
    expect(others(await run(text, { root, leaks: 'ignore' }))).toEqual([]);
  });

  test('an overlay over directories: so many are named', async () => {
    const text = `test('writes', () => {
      for (let count = 0; count < 50; count += 1) fs.writeFileSync('/srv/' + count, '');
    });`;
    const mounts = [{ type: 'overlay', target: '/srv', lower: [host] }];
    const lines = others(await run(text, { mounts }));
    expect(lines).toHaveLength(21);
    expect(lines).toContain('files beside: 30');
    expect(lines.filter((line) => /^file \/srv\/\d+$/.test(line))).toHaveLength(20);
  });

  test.each([{ type: 'overlay' }, { type: 'empty' }])(
    '%j: a file that writes nothing',
    async (root) => {
      expect(others(await run(`test('writes', () => {});`, { root }))).toEqual([]);
    },
  );
});

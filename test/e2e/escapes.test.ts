/**
 * What the code of a test may attempt in earnest, and does not achieve. The host is one of the tests' own:
 * namespaces in which whoever runs the tests is root. There the same attempts succeed by plain Jest, which
 * shows that they are attempts.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync, renameSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { eventually, sandboxProcesses } from '../support/host';
import { CACHE, isRoot } from '../support/network';
import { outcomes, Project } from '../support/project';

const LAUNCHES = ['exec', 'fork'];

/** By name, what a test file does. What it needs to know of the host is in `facts`. */
const ATTEMPTS = `
  const { execFileSync, spawn } = require('node:child_process');
  const fs = require('node:fs');
  const net = require('node:net');
  const facts = JSON.parse(fs.readFileSync(__dirname + '/facts.json', 'utf8'));
  const run = (command, ...args) => execFileSync(command, args, { stdio: 'ignore' });
  const say = (where) => new Promise((resolve, reject) => {
    const socket = net.connect(where, () => socket.end('escaped', resolve));
    socket.on('error', reject);
  });
  const commands = () => fs.readdirSync('/proc').filter(Number).map((pid) => {
    try { return fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8'); } catch { return ''; }
  });
  module.exports = {
    'see a process': () => {
      if (!commands().some((text) => text.includes(facts.victim))) throw new Error('not seen');
      fs.writeFileSync(__dirname + '/seen', '');
    },
    'signal a process': () => process.kill(facts.pid, 'SIGKILL'),
    'set the host name': () => run('hostname', 'escaped'),
    'set a sysctl of the network': () => fs.writeFileSync('/proc/sys/net/ipv4/ip_forward', '1'),
    'mount': () => run('mount', '-t', 'tmpfs', 'escaped', '/mnt'),
    'add a route': () => run('ip', 'route', 'add', 'blackhole', '203.0.113.0/24'),
    'remove a message queue': () => run('ipcrm', '-q', String(facts.queue)),
    'make a semaphore': () => run('ipcmk', '-S', '1'),
    'reach a listener on 127.0.0.1': () => say({ host: '127.0.0.1', port: facts.port }),
    'reach an abstract socket': () => say({ path: '\\0' + facts.abstract }),
    'leave shared memory': () => fs.writeFileSync('/dev/shm/' + facts.abstract, ''),
    'leave a temporary file': () => fs.writeFileSync('/tmp/' + facts.abstract, ''),
    'outlive the file': () =>
      spawn('sh', ['-c', 'setsid sleep ' + facts.survivor + ' & exit'], { detached: true, stdio: 'ignore' }).unref(),
  };
  test.each(Object.keys(module.exports))('%s', async (name) => {
    // Whether it is refused or without effect, the host tells.
    try { await module.exports[name](); } catch {}
  });
  // Time for what goes on by itself.
  afterAll(() => new Promise((resolve) => setTimeout(resolve, 100)));
`;

/** The host: it has what is to be reached, runs Jest, and tells what has become of it. */
const HOST = `
  const { execFileSync, spawn, spawnSync } = require('node:child_process');
  const fs = require('node:fs');
  const net = require('node:net');
  const os = require('node:os');
  const [folder, ...jest] = process.argv.slice(2);
  const sh = (script) => execFileSync('sh', ['-c', script], { encoding: 'utf8' });
  const read = (file) => fs.readFileSync(file, 'utf8').trim();
  const processesOf = (...command) => fs.readdirSync('/proc').filter(Number).filter((pid) => {
    try {
      return fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8') === command.join('\\0') + '\\0';
    } catch {
      return false;
    }
  });

  async function main() {
    const number = process.pid + 0.25;
    const facts = { victim: 'sleep\\0' + (number + 100000), survivor: number + 200000, abstract: 'escape-' + number };
    sh('ip link set lo up');
    const victim = spawn('sleep', [String(number + 100000)], { stdio: 'ignore' });
    facts.pid = victim.pid;
    facts.queue = Number(/\\d+/.exec(sh('ipcmk -Q'))[0]);
    const heard = { tcp: false, abstract: false };
    const listen = (name, ...where) => new Promise((resolve) => {
      const server = net.createServer((socket) => { heard[name] = true; socket.resume(); });
      server.listen(...where, () => resolve(server));
    });
    const servers = [await listen('tcp', 0, '127.0.0.1'), await listen('abstract', '\\0' + facts.abstract)];
    facts.port = servers[0].address().port;
    fs.writeFileSync(folder + '/facts.json', JSON.stringify(facts));

    const child = spawn(jest[0], jest.slice(1), { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
    const code = await new Promise((resolve) => child.once('close', resolve));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const survivors = processesOf('sleep', String(facts.survivor));
    const left = ['/dev/shm/', '/tmp/'].filter((where) => fs.existsSync(where + facts.abstract));
    for (const where of left) fs.unlinkSync(where + facts.abstract);
    fs.writeFileSync(folder + '/told.json', JSON.stringify({
      'see a process': fs.existsSync(folder + '/seen'),
      'signal a process': victim.signalCode !== null,
      'set the host name': os.hostname() === 'escaped',
      'set a sysctl of the network': read('/proc/sys/net/ipv4/ip_forward') === '1',
      'mount': read('/proc/self/mountinfo').includes(' escaped '),
      'add a route': sh('ip route').includes('203.0.113.0'),
      'remove a message queue': !sh('ipcs -q').split(/\\s+/).includes(String(facts.queue)),
      'make a semaphore': sh('ipcs -s').includes('0x'),
      'reach a listener on 127.0.0.1': heard.tcp,
      'reach an abstract socket': heard.abstract,
      'leave shared memory': left.includes('/dev/shm/'),
      'leave a temporary file': left.includes('/tmp/'),
      'outlive the file': survivors.length > 0,
    }));
    for (const pid of survivors) process.kill(Number(pid), 'SIGKILL');
    victim.kill('SIGKILL');
    process.exit(code);
  }
  main();
`;

/** What came of each attempt. */
async function attempt(config: object): Promise<Record<string, boolean>> {
  const project = new Project({ 'a.test.js': ATTEMPTS, 'host.js': HOST });
  try {
    const run = await project.run(
      { testMatch: ['**/a.test.js'], ...CACHE, ...config },
      {
        args: ['-i'],
        wrapper: [
          ...['unshare', ...(isRoot ? [] : ['--user', '--map-root-user'])],
          ...[
            '--uts',
            '--mount',
            '--net',
            '--ipc',
            process.execPath,
            `${project.folder}/host.js`,
            project.folder,
          ],
        ],
      },
    );
    expect(outcomes(run).filter((line) => !line.endsWith(': passed'))).toEqual([]);
    expect(run.json?.numPassedTests).toBe(13);
    return JSON.parse(project.read('told.json'));
  } finally {
    project.remove();
  }
}

test('on the host each attempt succeeds', async () => {
  const came = await attempt({ testEnvironment: 'node' });
  expect(Object.entries(came).filter(([, has]) => !has)).toEqual([]);
});

test.each(LAUNCHES)('in a sandbox none does: %s', async (launch) => {
  const came = await attempt({ preset: 'ns-jest', testEnvironmentOptions: { launch } });
  expect(Object.entries(came).filter(([, has]) => has)).toEqual([]);
});

/**
 * One of two files that run at once: it tells what descriptors it could get at, its own and those of each
 * process that it sees; then it writes a result for the other file to each of its own.
 */
const REACHES = `
  const fs = require('node:fs');
  const path = require('node:path');
  const own = path.basename(__filename);
  const other = own === 'a.test.js' ? 'b.test.js' : 'a.test.js';
  const list = (folder) => { try { return fs.readdirSync(folder); } catch { return []; } };
  const links = (pid) => list('/proc/' + pid + '/fd').flatMap((fd) => {
    try { return [[fs.readlinkSync('/proc/' + pid + '/fd/' + fd), pid + ' has it as ' + fd]]; } catch { return []; }
  });
  const forge = (type, rest) => require('node:v8').serialize({ type, ...rest }).toString('base64') + '\\n';

  test('reaches what is its own', async () => {
    const reached = fs.readdirSync('/proc').filter(Number).flatMap(links);
    const namespace = fs.readlinkSync('/proc/self/ns/pid');
    fs.writeFileSync(own + '.part', JSON.stringify({ reached, namespace }));
    fs.renameSync(own + '.part', own + '.json');
    while (!fs.existsSync('go.json')) await new Promise((resolve) => setTimeout(resolve, 20));

    for (const pid of JSON.parse(fs.readFileSync('go.json', 'utf8'))) {
      // Where there is one of that number, it is a thread of ours.
      const there = links(pid).length > 0 ? fs.readlinkSync('/proc/' + pid + '/ns/pid') : namespace;
      expect(there).toBe(namespace);
      if (links(pid).length === 0) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    }
    const testPath = path.join(__dirname, other);
    const result = { fullName: 'forged', title: 'forged', ancestorTitles: [], status: 'passed', failureMessages: [] };
    const forged =
      forge('test-event', { name: 'test-case-result', payload: [testPath, result] }) +
      forge('file-succeeded', { result: { testFilePath: testPath, numPassingTests: 1, testResults: [result] } });
    for (const fd of list('/proc/self/fd').map(Number)) {
      try {
        if (fs.readlinkSync('/proc/self/fd/' + fd).startsWith('socket:')) fs.writeSync(fd, forged);
      } catch {}
    }
  });
  test('fails', () => expect(own).toBe(''));
`;

interface Reached {
  /** What is open, and who has it. */
  reached: [link: string, who: string][];
  namespace: string;
}

const isShared = (link: string) => /^(socket|pipe):/.test(link);

function linksOf(pid: string): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder)
    .map((fd) => readlinkSync(path.join(folder, fd)))
    .filter(isShared);
}

/**
 * Without pipes of which a process has both ends: Node's loops wake themselves by those, and a copy has
 * them of its fork server, where nobody listens.
 */
function connected(links: string[]): string[] {
  return links.filter(
    (link) => !link.startsWith('pipe:') || links.indexOf(link) === links.lastIndexOf(link),
  );
}

function commandOf(pid: string): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
}

function parentOf(pid: string): string {
  return /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] as string;
}

/** Of all that Jest has started, what is neither a file's sandbox nor the supervisor of that. */
function othersThan(namespace: string, all: string[]): { its: string[]; others: string[] } {
  const its = all.filter((pid) => readlinkSync(`/proc/${pid}/ns/pid`) === namespace);
  const supervisors = its.map(parentOf);
  const others = all.filter((pid) => !its.includes(pid) && !supervisors.includes(pid));
  return { its, others };
}

describe.each(LAUNCHES)('files that run at once: %s', (launch) => {
  test('reach no descriptor and no process of another, and no result but their own', async () => {
    const names = ['a.test.js', 'b.test.js'];
    const project = new Project({ 'a.test.js': REACHES, 'b.test.js': REACHES });
    const at = (name: string) => path.join(project.folder, name);
    const ran = project.run(
      { preset: 'ns-jest', testEnvironmentOptions: { launch } },
      { args: ['-w', '2'] },
    );
    let outside: string[] = [];
    try {
      await eventually(() => names.every((name) => existsSync(at(`${name}.json`))));
      const told = names.map((name): Reached => JSON.parse(project.read(`${name}.json`)));
      const all = sandboxProcesses().map((line) => line.split(' ')[0] as string);
      const isServed = all.some((pid) => commandOf(pid).includes('fork-server/main.js'));
      expect(isServed).toBe(launch === 'fork');
      for (const { reached, namespace } of told) {
        const { its, others } = othersThan(namespace, all);
        const own = its.flatMap(linksOf);
        expect(reached.filter(([link]) => own.includes(link))).not.toEqual([]);
        // Jest, the other sandbox with its supervisor, and the fork server.
        expect(others.length).toBeGreaterThanOrEqual(launch === 'fork' ? 5 : 4);
        const foreign = others.flatMap((pid) =>
          connected(linksOf(pid)).map((link) => [link, `${pid} ${commandOf(pid)}`] as const),
        );
        expect(foreign.length).toBeGreaterThan(10);
        const shared = reached.flatMap(([link, who]) =>
          foreign.filter(([each]) => each === link).map(([, whose]) => `${link}: ${who}, ${whose}`),
        );
        expect(shared).toEqual([]);
      }
      const inside = told.flatMap(({ namespace }) => othersThan(namespace, all).its);
      outside = all.filter((pid) => !inside.includes(pid));
      for (const pid of outside) expect(process.kill(Number(pid), 0)).toBe(true);
    } finally {
      project.write('go.part', JSON.stringify(outside.map(Number)));
      renameSync(at('go.part'), at('go.json'));
    }
    const run = await ran;
    project.remove();
    expect(outcomes(run)).toEqual([
      ...['fails: failed', 'fails: failed'],
      ...['reaches what is its own: passed', 'reaches what is its own: passed'],
    ]);
    expect(run.json?.numTotalTests).toBe(4);
  });
});

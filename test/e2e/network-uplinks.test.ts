/** Ways out of a sandbox: traffic flows, and nothing of them is left, however the sandbox ends. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, sandboxProcesses } from '../support/host';
import { ASK, CACHE, ECHO, hostNetwork, isRoot, TestHost, works } from '../support/network';
import { type JestRun, outcomes, Project, runJest } from '../support/project';

const HAS = {
  veth: works('unshare', '--user', '--map-root-user', '--net', 'ip', 'link', 'add', 'type', 'veth'),
  pasta: works('sh', '-c', 'command -v pasta && : <>/dev/net/tun'),
  slirp4netns: works('sh', '-c', 'command -v slirp4netns && : <>/dev/net/tun'),
};
type Type = keyof typeof HAS;
const AVAILABLE = (Object.keys(HAS) as Type[]).filter((type) => HAS[type]);

let machine: object;
let host: TestHost;
let before: string;
beforeAll(async () => {
  machine = hostNetwork();
  host = await TestHost.make();
  await host.serve(ECHO(TestHost.OUTSIDE, 7000), 'outside');
  await host.serve(ECHO('127.0.0.1', 7001));
  await host.serve(ECHO(TestHost.ADDRESS, 7002));
  before = host.state();
  started = sandboxProcesses();
});
afterAll(async () => {
  await host.remove();
  await eventually(() => JSON.stringify(hostNetwork()) === JSON.stringify(machine));
  expect(hostNetwork()).toEqual(machine);
});

let started: string[];
const isClean = () => host.state() === before && sandboxProcesses().length === started.length;
beforeEach(() => expect(host.state()).toBe(before));
afterEach(async () => {
  await eventually(isClean);
  expect(sandboxProcesses()).toEqual(started);
  expect(host.state()).toBe(before);
});

const file = (body: string) => `
  const { ns } = require('ns-jest');
  ${ASK}
  test('it', async () => { ${body} });`;

const inside = (network: unknown, body: string, more: object = {}): Promise<JestRun> =>
  runJest(
    { 'a.test.js': file(body) },
    { ...CACHE, preset: 'ns-jest', testEnvironmentOptions: { network, ...more } },
    { wrapper: host.enter() },
  );

function expectPassed(run: JestRun): void {
  if (run.json === undefined) throw new Error(run.stderr + run.stdout);
  expect(run.stderr).not.toContain('●');
  expect(outcomes(run)).toEqual(['it: passed']);
}

describe.each(AVAILABLE)('%s', (type) => {
  test('files that run at once reach the outside, as the host', async () => {
    const body = file(
      `expect(await ask('${TestHost.OUTSIDE}', 7000)).toBe('${TestHost.ADDRESS}');`,
    );
    const run = await runJest(
      { 'a.test.js': body, 'b.test.js': body, 'c.test.js': body },
      { ...CACHE, preset: 'ns-jest', testEnvironmentOptions: { network: type } },
      { wrapper: host.enter(), args: ['--maxWorkers=3'] },
    );
    expect(run.stderr).not.toContain('●');
    expect(outcomes(run)).toEqual(['it: passed', 'it: passed', 'it: passed']);
  });

  test('cidr, mtu and ifname are what was asked for', async () => {
    const run = await inside(
      { type, cidr: '10.99.8.0/24', mtu: 1300, ifname: 'up7' },
      `expect(ns.interfaces.list()).toContainEqual(
         expect.objectContaining({ name: 'up7', mtu: 1300, state: 'up' }));
       const own = ns.addresses.list().find((found) => found.interface === 'up7' && found.family === 'inet');
       expect(own.address).toMatch(/^10\\.99\\.8\\.\\d+$/);
       expect(ns).toHaveRoute({ destination: 'default', interface: 'up7' });
       expect(await ask('${TestHost.OUTSIDE}', 7000)).toBe('${TestHost.ADDRESS}');`,
    );
    expectPassed(run);
  });

  test('interfaces and routes of our own stand beside it', async () => {
    const run = await inside(
      type,
      `expect(ns).toHaveRoute({ destination: '10.98.0.0/16', interface: 'eth0' });
       expect(ns).toHaveInterface('br0');`,
      {
        links: [{ name: 'br0', kind: 'bridge' }],
        routes: [{ destination: '10.98.0.0/16', interface: 'eth0' }],
      },
    );
    expectPassed(run);
  });

  test("the host's loopback is out of reach", async () => {
    const run = await inside(
      type,
      `const { gateway } = ns.routes.list({ family: 'inet' }).find(({ destination }) => destination === 'default');
       const answer = ask(gateway, 7001).catch(({ code }) => code);
       const timer = new Promise((resolve) => setTimeout(resolve, 1000, 'nothing').unref());
       expect(['nothing', 'ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH']).toContain(
         await Promise.race([answer, timer]));`,
    );
    expectPassed(run);
  });

  test.each<[string, (jest: number, supervisor: number) => number]>([
    ['Jest', (jest) => jest],
    ["ns-init's supervisor", (_, supervisor) => supervisor],
  ])(
    'nothing is left when %s is killed by SIGKILL',
    async (_, choose) => {
      const project = new Project({
        'a.test.js': file(`
        await ask('${TestHost.OUTSIDE}', 7000);
        require('node:fs').writeFileSync('up', '');
        await new Promise((resolve) => setTimeout(resolve, 60_000));`),
      });
      try {
        const child = project.start(
          { ...CACHE, preset: 'ns-jest', testEnvironmentOptions: { network: type } },
          { wrapper: host.enter(), args: ['-i'] },
        );
        const ended = new Promise((resolve) => child.once('close', resolve));
        expect(await eventually(() => existsSync(`${project.folder}/up`), 60_000)).toBe(true);
        // Jest has a fork server, too.
        const supervisor = childrenOf(child.pid as number).find(isInit);
        process.kill(choose(child.pid as number, supervisor as number), 'SIGKILL');
        expect(await eventually(isClean, 20_000)).toBe(true);
        await ended;
      } finally {
        project.remove();
      }
    },
    180_000,
  );
});

const WITH_PROGRAM = AVAILABLE.filter((type) => type !== 'veth');

describe.each(WITH_PROGRAM)('%s', (type) => {
  test("with disableHostLoopback: false the gateway stands for the host's loopback", async () => {
    const run = await inside(
      { type, disableHostLoopback: false },
      `const { gateway } = ns.routes.list({ family: 'inet' }).find(({ destination }) => destination === 'default');
       expect(await ask(gateway, 7001)).toBe('127.0.0.1');`,
    );
    expectPassed(run);
  });

  test('without the program: one error that says how to get it', async () => {
    const own = isRoot ? [] : ['--user', '--map-root-user'];
    const hide = `mount --bind /dev/null "$(command -v ${type})"; exec "$@"`;
    const { stderr, code } = await runJest(
      { 'a.test.js': file('') },
      { ...CACHE, preset: 'ns-jest', testEnvironmentOptions: { network: type } },
      { wrapper: ['unshare', ...own, '--mount', 'sh', '-ec', hide, 'sh'] },
    );
    expect(stderr).toContain(
      `The program ${type}, which the option "network" asks for, is not installed`,
    );
    expect(stderr).toContain(`apt-get install ${type === 'pasta' ? 'passt' : type}`);
    expect(code).toBe(1);
  });

  test('when the program ends, so does the sandbox', async () => {
    const project = new Project({
      'a.test.js': file(`
        require('node:fs').writeFileSync('up', '');
        await new Promise((resolve) => setTimeout(resolve, 60_000));`),
    });
    try {
      const running = project.run(
        { ...CACHE, preset: 'ns-jest', testEnvironmentOptions: { network: type } },
        { wrapper: host.enter(), args: ['-i'] },
      );
      expect(await eventually(() => existsSync(`${project.folder}/up`), 60_000)).toBe(true);
      const program = sandboxProcesses().find((line) => /^\d+ \S*\/(pasta|slirp4netns)/.test(line));
      process.kill(Number.parseInt(program as string, 10), 'SIGKILL');
      const { stderr } = await running;
      expect(stderr).toContain(`step "connect by ${type}" failed`);
    } finally {
      project.remove();
    }
  }, 180_000);
});

if (HAS.veth) {
  test('veth: without NAT the host is reached, and the outside is not', async () => {
    const run = await inside(
      { type: 'veth', nat: false },
      `const [own] = ns.addresses.list().filter((found) => found.interface === 'eth0');
       expect(await ask('${TestHost.ADDRESS}', 7002)).toBe(own.address);`,
    );
    expectPassed(run);
  });

  test('veth: addresses are of a network that the host has no route to', async () => {
    host.sh('ip route add 10.0.0.0/8 dev up0');
    try {
      const run = await inside(
        'veth',
        `expect(ns.addresses.list().find((found) => found.interface === 'eth0').address).toMatch(/^172\\.30\\./);
         expect(await ask('${TestHost.OUTSIDE}', 7000)).toBe('${TestHost.ADDRESS}');`,
      );
      expectPassed(run);
    } finally {
      host.sh('ip route delete 10.0.0.0/8 dev up0');
    }
  });

  test("veth: the MTU is the host's, where that is smaller", async () => {
    host.sh('ip link set up0 mtu 1390');
    try {
      const run = await inside(
        'veth',
        `expect(ns.interfaces.list()).toContainEqual(expect.objectContaining({ name: 'eth0', mtu: 1390 }));`,
      );
      expectPassed(run);
    } finally {
      host.sh('ip link set up0 mtu 1500');
    }
  });

  test('veth on a bridge: files that run at once have addresses of its network, and reach the host', async () => {
    host.sh('ip link add br5 up type bridge; ip address add 10.84.0.1/24 dev br5');
    try {
      const body = file(
        `expect(await ask('10.84.0.1', 7003)).toMatch(/^10\\.84\\.0\\.\\d+$/);
         expect(ns).toHaveRoute({ destination: 'default', gateway: '10.84.0.1' });
         // A bridge has the lowest MAC address of its ports. If that changed as files come and go,
         // those that know it already would talk to nobody.
         expect(ns).toHaveNeighbour({ address: '10.84.0.1', linkAddress: 'fe:6e:73:6a:00:00' });`,
      );
      const server = await host.serve(ECHO('10.84.0.1', 7003));
      const run = await runJest(
        { 'a.test.js': body, 'b.test.js': body, 'c.test.js': body, 'd.test.js': body },
        {
          ...CACHE,
          preset: 'ns-jest',
          testEnvironmentOptions: { network: { type: 'veth', bridge: 'br5' } },
        },
        { wrapper: host.enter(), args: ['--maxWorkers=2'] },
      );
      server.kill('SIGKILL');
      await new Promise((resolve) => server.once('exit', resolve));
      expect(run.stderr).not.toContain('●');
      expect(outcomes(run)).toEqual(Array(4).fill('it: passed'));
    } finally {
      host.sh('ip link delete br5');
    }
  });

  describe('veth: what cannot be is one error', () => {
    const refused = async (network: object, ...messages: string[]) => {
      const { stderr, json, code } = await inside(network, '');
      for (const message of messages) expect(stderr).toContain(message);
      expect(json?.numTotalTests).toBe(0);
      expect(code).toBe(1);
    };

    test('NAT on a host that passes nothing on', async () => {
      host.sh('echo 0 > /proc/sys/net/ipv4/ip_forward');
      try {
        await refused(
          { type: 'veth' },
          'step "set up NAT" \'/proc/sys/net/ipv4/conf/up0/forwarding\' failed with ENETUNREACH',
          'sudo sysctl -w net.ipv4.ip_forward=1',
        );
        expect(host.sh('cat /proc/sys/net/ipv4/ip_forward')).toBe('0\n');
      } finally {
        host.sh('echo 1 > /proc/sys/net/ipv4/ip_forward');
      }
    });

    test('a network that is in use', async () => {
      await refused(
        { type: 'veth', cidr: '198.51.100.0/24' },
        'step "choose addresses" \'198.51.100.0/24\' failed with EADDRNOTAVAIL',
      );
    });

    test('a bridge that is not there', async () => {
      await refused(
        { type: 'veth', bridge: 'br6' },
        'step "find bridge" \'br6\' failed with ENODEV',
        'sudo ip link add NAME up type bridge',
      );
    });
  });
}

test('veth for an ordinary user is one error that names pasta', async () => {
  const { stderr, code } = await runJest(
    { 'a.test.js': file('') },
    { ...CACHE, preset: 'ns-jest', testEnvironmentOptions: { network: 'veth' } },
    isRoot ? { wrapper: ['setpriv', '--bounding-set=-net_admin'] } : {},
  );
  expect(stderr).toContain('The option "network" cannot be "veth" for an ordinary user');
  expect(stderr).toContain("set network: 'pasta'");
  expect(code).toBe(1);
});

function isInit(pid: number): boolean {
  return readFileSync(`/proc/${pid}/comm`, 'utf8') === 'ns-init\n';
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}

/** What ns-init does on the host's side of a network, without Jest. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { childrenOf, eventually } from '../support/host';
import { hasLink, TestHost } from '../support/network';
import { IDS, sh, start } from '../support/ns-init';
import { testIf } from '../support/test-if';

const NETWORK = ['--unshare=all', '--proc', '--loopback'];

const hasVeth = hasLink('type', 'veth', 'peer', 'name', 'ns-jest-c');
/** Of a test host, where even an ordinary user is root. */
const ROOT = ['--uid-map=0:0:1', '--gid-map=0:0:1', '--deny-setgroups'];

describe('a bridge without a free address', () => {
  let host: TestHost;
  beforeAll(async () => {
    if (hasVeth) host = await TestHost.make();
  });
  afterAll(() => host?.remove());

  testIf(hasVeth, 'no veth')(
    'whoever gets none leaves the other sandbox its interface',
    async () => {
      // Two addresses: the bridge's and one more.
      host.sh('ip link add br7 up type bridge; ip address add 10.99.7.1/30 dev br7');
      const args = [...NETWORK, ...ROOT, '--uplink=type=veth,ifname=eth0,bridge=br7'];
      const first = start(args, sh('echo up; exec sleep 1000'), host.enter());
      const ports = () => host.sh('ip -brief link show master br7 | cut -d" " -f1');
      try {
        expect(await eventually(() => first.output() === 'up\n')).toBe(true);
        const before = ports();
        expect(before).toMatch(/^nsj0a630702@/);

        const { status, code } = await start(args, ['true'], host.enter()).ended;
        expect(status).toMatchObject([{ step: 'choose addresses', subject: 'br7' }]);
        expect(code).toBe(125);
        expect(ports()).toBe(before);
      } finally {
        first.lifeline.destroy();
        await first.ended;
      }
      expect(ports()).toBe('');
    },
  );
});

/** Says "up" when it listens inside at port 80, and "ready" when the client has to do nothing more. */
const SERVERS = {
  'has hung up while the server is silent': `
    net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      // What the client's kernel answers with a reset.
      socket.resume().on('end', () => socket.write('too late', () => console.log('ready')));
    }).listen(80, '127.0.0.1', () => console.log('up'));`,
  'has left before the server took the connection': `
    net.createServer().listen({ port: 80, host: '127.0.0.1', backlog: 1 }, () => {
      require('node:fs').writeSync(1, 'up\\nready\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`,
};

describe('the process that publishes a port sleeps when a client', () => {
  test.each(Object.entries(SERVERS))('%s', async (_, server) => {
    const listener = net.createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    listener.close();
    await once(listener, 'close');

    const publish = `--publish=protocol=tcp,address=127.0.0.1,port=${port},inside=80`;
    const script = `const net = require('node:net'); ${server}`;
    const sandbox = start([...NETWORK, ...IDS, publish], [process.execPath, '-e', script]);
    try {
      expect(await eventually(() => sandbox.output().startsWith('up\n'), 20_000)).toBe(true);
      const clients = await Promise.all(
        Array.from({ length: 6 }, async () => {
          const client = net.connect(port, '127.0.0.1');
          await once(client, 'connect');
          return client;
        }),
      );
      const isFirstKind = server.includes('allowHalfOpen');
      for (const client of clients) isFirstKind ? client.destroy() : client.resetAndDestroy();
      expect(await eventually(() => sandbox.output().includes('ready\n'))).toBe(true);

      const forwarder = childrenOf(sandbox.child.pid as number).at(-1) as number;
      // It has something to do until it has noticed all that.
      const sleeps = async () => {
        const before = switchesOf(forwarder);
        await new Promise((resolve) => setTimeout(resolve, 200));
        return switchesOf(forwarder) === before;
      };
      let isAsleep = false;
      for (let attempt = 0; attempt < 20 && !isAsleep; attempt++) isAsleep = await sleeps();
      expect(isAsleep).toBe(true);
    } finally {
      sandbox.lifeline.destroy();
      await sandbox.ended;
    }
  });
});

/** How often it has run: a process that sleeps is not switched to. proc_pid_status(5) */
function switchesOf(pid: number): number {
  const found = readFileSync(`/proc/${pid}/status`, 'utf8').matchAll(/_ctxt_switches:\s*(\d+)/g);
  return [...found].reduce((sum, [, count]) => sum + Number(count), 0);
}

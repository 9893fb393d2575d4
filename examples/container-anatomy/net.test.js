// The network namespace is a network stack of its own. network_namespaces(7)
const { once } = require('node:events');
const net = require('node:net');
const { ns } = require('ns-jest');
const { address, prohibited } = require('./made-inside');

/** How an attempt to connect to an address ends: an error code, or undefined if it succeeds. */
async function connectTo(host, port = 80) {
  const socket = net.connect({ host, port });
  return once(socket, 'connect').then(
    () => void socket.destroy(),
    ({ code }) => code,
  );
}

test('at the start there is lo, and no way out', async () => {
  expect(ns).toBeIsolatedFromHost(['net']);
  expect(ns).toHaveOnlyInterfaces(['lo']);
  expect(ns).toHaveInterface({ name: 'lo', state: 'up' });
  expect(ns).toHaveAddress('127.0.0.1/8');
  expect(ns).not.toHaveRoute('default');
  expect(await connectTo('203.0.113.7')).toBe('ENETUNREACH');
});

test('a route decides what becomes of packets', async () => {
  ns.routes.add({ destination: prohibited, type: 'prohibit' });
  expect(ns).toHaveRoute({ destination: prohibited, type: 'prohibit' });
  expect(await connectTo('203.0.113.7')).toBe('EACCES');

  ns.routes.remove({ destination: prohibited });
  ns.routes.add({ destination: prohibited, type: 'blackhole' });
  expect(ns).toHaveRoute({ destination: prohibited, type: 'blackhole' });
  expect(await connectTo('203.0.113.7')).toBe('EINVAL');
});

test('any address can be ours, and any port', async () => {
  expect(await connectTo(address)).toBe('ENETUNREACH');
  ns.addresses.add({ interface: 'lo', address: `${address}/32` });
  expect(ns).toHaveAddress({ address, interface: 'lo' });
  expect(await connectTo(address)).toBe('ECONNREFUSED');

  const server = net.createServer((socket) => socket.end()).listen(80, address);
  await once(server, 'listening');
  expect(await connectTo(address)).toBeUndefined();
  server.close();
});

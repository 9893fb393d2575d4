import { once } from 'node:events';
import net from 'node:net';
import { beforeEach, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

beforeEach(() => {
  ns.interfaces.up('lo');
});

async function connectError(host: string): Promise<string | undefined> {
  const [error] = await once(net.connect(9, host), 'error');
  return error.code;
}

async function listen(host: string): Promise<void> {
  const server = net.createServer().listen(0, host);
  await once(server, 'listening');
  await new Promise((resolve) => server.close(resolve));
}

test('the loopback interface is listed as the kernel has it', () => {
  const lo = ns.interfaces.list().find(({ name }) => name === 'lo');
  expect(lo).toStrictEqual({
    name: 'lo',
    index: 1,
    type: 'loopback',
    state: 'up',
    running: true,
    mtu: expect.any(Number),
    address: '00:00:00:00:00:00',
    flags: ['UP', 'LOOPBACK', 'RUNNING', 'LOWER_UP'],
  });
});

test('an interface can be switched off and on', async () => {
  ns.interfaces.down('lo');
  expect(ns.interfaces.list()).toMatchObject([{ name: 'lo', state: 'down', running: false }]);
  ns.interfaces.up('lo');
  expect(ns.interfaces.list()).toMatchObject([{ name: 'lo', state: 'up', running: true }]);
  expect(await connectError('127.0.0.1')).toBe('ECONNREFUSED');
});

test('the MTU is set, and refused where it makes no sense', () => {
  ns.interfaces.setMtu('lo', 1400);
  expect(ns.interfaces.list()).toMatchObject([{ name: 'lo', mtu: 1400 }]);
  ns.interfaces.setMtu('lo', 65_536);
});

test('an interface that does not exist says ENODEV', () => {
  const error = expect.objectContaining({ code: 'ENODEV', interface: 'eth9' });
  expect(() => ns.interfaces.up('eth9')).toThrow(error);
  expect(() => ns.addresses.add({ interface: 'eth9', address: '10.0.0.1/24' })).toThrow(error);
  expect(() => ns.routes.add({ destination: '10.0.0.0/8', interface: 'eth9' })).toThrow(error);
});

test.each([
  ['10.1.2.3/24', 'inet', '10.1.2.3', 24],
  ['fd00::7/64', 'inet6', 'fd00::7', 64],
])('the address %s can be listened on at once, and no more once removed', async (...row) => {
  const [address, family, host, prefixLength] = row;
  ns.addresses.add({ interface: 'lo', address });
  expect(ns.addresses.list()).toContainEqual({
    interface: 'lo',
    family,
    address: host,
    prefixLength,
    scope: 'global',
  });
  await listen(host);
  ns.addresses.remove({ interface: 'lo', address });
  expect(ns.addresses.list().map((found) => found.address)).not.toContain(host);
  await expect(listen(host)).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
});

test('an address that is there already is refused, and so is the removal of one that is not', () => {
  expect(() => ns.addresses.add({ interface: 'lo', address: '127.0.0.1/8' })).toThrow(
    expect.objectContaining({ code: 'EEXIST', syscall: 'RTM_NEWADDR', address: '127.0.0.1/8' }),
  );
  expect(() => ns.addresses.remove({ interface: 'lo', address: '10.9.9.9/32' })).toThrow(
    expect.objectContaining({ code: 'EADDRNOTAVAIL' }),
  );
});

test.each([
  ['blackhole', 'EINVAL'],
  ['unreachable', 'EHOSTUNREACH'],
  ['prohibit', 'EACCES'],
] as const)('a %s route makes connect fail with %s', async (type, code) => {
  expect(await connectError('192.0.2.1')).toBe('ENETUNREACH');
  ns.routes.add({ destination: '192.0.2.0/24', type });
  expect(ns.routes.list({ family: 'inet' })).toStrictEqual([
    {
      family: 'inet',
      destination: '192.0.2.0/24',
      table: 'main',
      type,
      scope: 'global',
      protocol: 'boot',
    },
  ]);
  expect(await connectError('192.0.2.1')).toBe(code);
  ns.routes.remove({ destination: '192.0.2.0/24', type });
  expect(ns.routes.list({ family: 'inet' })).toStrictEqual([]);
});

test('routes by interface and by gateway are listed with all that they were given', () => {
  ns.routes.add({ destination: '10.5.0.0/16', interface: 'lo', metric: 5 });
  ns.routes.add({ destination: 'default', gateway: '10.5.0.1' });
  ns.routes.add({ destination: 'fd05::/64', interface: 'lo' });
  expect(ns.routes.list()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ destination: '10.5.0.0/16', interface: 'lo', metric: 5 }),
      expect.objectContaining({ destination: 'default', gateway: '10.5.0.1', interface: 'lo' }),
      expect.objectContaining({ family: 'inet6', destination: 'fd05::/64', interface: 'lo' }),
    ]),
  );
  ns.routes.remove({ destination: 'default' });
  ns.routes.remove({ destination: '10.5.0.0/16', interface: 'lo', metric: 5 });
  ns.routes.remove({ destination: 'fd05::/64' });
  expect(ns.routes.list({ family: 'inet' })).toStrictEqual([]);
});

test('the main table is listed by default, others on demand', () => {
  const destinations = (table: 'main' | 'local' | 'all') =>
    ns.routes.list({ table }).map(({ destination }) => destination);
  expect(destinations('main')).not.toContain('127.0.0.0/8');
  expect(destinations('local')).toContain('127.0.0.0/8');
  expect(destinations('all')).toEqual(
    expect.arrayContaining([...destinations('main'), ...destinations('local')]),
  );
});

test("a refusal carries the kernel's own words", () => {
  expect(() => ns.routes.add({ destination: '10.9.0.1/16', interface: 'lo' })).toThrow(
    expect.objectContaining({
      code: 'EINVAL',
      errno: -22,
      syscall: 'RTM_NEWROUTE',
      destination: '10.9.0.1/16',
      kernelMessage: expect.stringMatching(/prefix/),
    }),
  );
  expect(() => ns.routes.remove({ destination: '10.9.0.0/16' })).toThrow(
    expect.objectContaining({ code: 'ESRCH', syscall: 'RTM_DELROUTE' }),
  );
});

test('a list longer than one datagram arrives whole', () => {
  const before = ns.addresses.list().length;
  const addresses = Array.from({ length: 600 }, (_, i) => `10.7.${i >> 8}.${i & 255}/32`);
  for (const address of addresses) ns.addresses.add({ interface: 'lo', address });
  expect(ns.addresses.list()).toHaveLength(before + addresses.length);
  for (const address of addresses) ns.addresses.remove({ interface: 'lo', address });
  expect(ns.addresses.list()).toHaveLength(before);
});

// Step 8: a network: a bridge as the switch, a veth pair as the cable, a route, and a way out by NAT.
// network_namespaces(7), veth(4), nft(8)
const { ns } = require('ns-jest');

/** A container on the bridge, with this address. */
async function plugIn(name, address) {
  const container = ns.agent({ unshare: ['net'] });
  const namespace = { pid: container.pid };
  ns.interfaces.add({ kind: 'veth', name, master: 'br0', peer: { name: 'eth0', namespace } });
  ns.interfaces.up(name);
  const inside = ns.enter(namespace);
  await inside.run('ip', ['link', 'set', 'lo', 'up']);
  await inside.run('ip', ['addr', 'add', `${address}/24`, 'dev', 'eth0']);
  await inside.run('ip', ['link', 'set', 'eth0', 'up']);
  await inside.run('ip', ['route', 'add', 'default', 'via', '10.7.0.1']);
  return inside;
}

/** Whether ICMP gets there and back. */
async function reaches(from, address) {
  return (await from.run('ping', ['-c', '1', '-W', '2', address])).code === 0;
}

beforeAll(async () => {
  ns.interfaces.add({ kind: 'bridge', name: 'br0' });
  // Or it has the lowest address of its ports: containers that know it would talk to nobody when that one goes.
  await ns.run('ip', ['link', 'set', 'br0', 'address', '02:00:00:00:00:01']);
  ns.addresses.add({ interface: 'br0', address: '10.7.0.1/24' });
  ns.interfaces.up('br0');
});

test('two containers and this machine reach each other', async () => {
  const left = await plugIn('left', '10.7.0.2');
  const right = await plugIn('right', '10.7.0.3');

  expect(ns).toHaveInterface({ name: 'left', kind: 'veth', master: 'br0', state: 'up' });
  expect(await reaches(left, '10.7.0.1')).toBe(true);
  expect(await reaches(left, '10.7.0.3')).toBe(true);
  expect(await reaches(right, '10.7.0.2')).toBe(true);
  expect((await left.run('ip', ['route'])).stdout).toContain('default via 10.7.0.1');
});

test('beyond this machine they are known by its address: NAT', async () => {
  // The world outside: another network, which knows no way back to 10.7.0.0/24.
  const world = ns.agent({ unshare: ['net'] });
  const namespace = { pid: world.pid };
  ns.interfaces.add({ kind: 'veth', name: 'uplink', peer: { name: 'eth0', namespace } });
  ns.addresses.add({ interface: 'uplink', address: '192.0.2.1/24' });
  ns.interfaces.up('uplink');
  const outside = ns.enter(namespace);
  await outside.run('ip', ['addr', 'add', '192.0.2.2/24', 'dev', 'eth0']);
  await outside.run('ip', ['link', 'set', 'eth0', 'up']);

  const container = await plugIn('third', '10.7.0.4');
  ns.sysctl.set('net.ipv4.ip_forward', 1);
  expect(await reaches(container, '192.0.2.2')).toBe(false);

  const rules = `table ip nat {
    chain postrouting {
      type nat hook postrouting priority 100;
      ip saddr 10.7.0.0/24 oifname "uplink" masquerade
    }
  }`;
  const nft = await ns.run('nft', ['-f', '-'], { input: rules });
  expect(nft).toMatchObject({ code: 0, stderr: '' });
  expect(await reaches(container, '192.0.2.2')).toBe(true);
});

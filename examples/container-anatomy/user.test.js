// The user namespace gives ids and capabilities that hold in the sandbox alone. user_namespaces(7)
const { readFileSync } = require('node:fs');
const os = require('node:os');
const { ns } = require('ns-jest');

test('this process is root inside, and outside whoever runs Jest', async () => {
  expect(ns).toBeIsolatedFromHost(['user']);
  expect(process.getuid()).toBe(0);
  expect((await ns.run('id', ['-un'])).stdout).toBe('root\n');

  // The first id inside, the id it is outside, and how many follow: user_namespaces(7)
  const uidMap = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/).map(Number);
  expect(uidMap).toEqual([0, globalThis.host.uid, expect.any(Number)]);
});

test('it has every capability over what belongs to the sandbox', () => {
  const [, effective] = /^CapEff:\s+(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  const last = BigInt(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'));
  expect(BigInt(`0x${effective}`)).toBe(2n ** (last + 1n) - 1n);
});

test('and none over what does not: the scheduler is the host’s, and lets no process past', () => {
  expect(() => os.setPriority(os.getPriority() - 1)).toThrow('EACCES');
});

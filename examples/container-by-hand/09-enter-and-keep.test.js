// Step 9: to come in from outside, and to keep a namespace that nobody is in. setns(2), namespaces(7)
const { ns } = require('ns-jest');

test('a command from outside runs inside, as docker exec does', async () => {
  const container = ns.agent({ unshare: ['uts', 'net'] });
  container.uts.setHostname('container');
  const { stdout } = await ns.enter({ pid: container.pid }).run('uname', ['-n']);
  expect(stdout).toBe('container\n');
});

test('a namespace that is mounted outlives all processes in it', async () => {
  const container = ns.agent({ unshare: ['net'] });
  ns.namespaces.pin({ namespace: 'net', pid: container.pid }, '/run/netns/kept');
  await ns.enter({ pid: container.pid }).run('ip', ['link', 'set', 'lo', 'up']);
  container.end();

  expect(ns).toHaveNamespace({ type: 'net', processes: 0, paths: ['/run/netns/kept'] });
  const { stdout } = await ns.enter({ path: '/run/netns/kept' }).run('ip', ['-br', 'link']);
  expect(stdout).toMatch(/^lo +UNKNOWN/);

  ns.namespaces.unpin('/run/netns/kept');
  expect(ns).not.toHaveNamespace({ paths: ['/run/netns/kept'] });
});

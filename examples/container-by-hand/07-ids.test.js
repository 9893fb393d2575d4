// Step 7: root inside, nobody in particular outside. user_namespaces(7)
const { ns } = require('ns-jest');

test('an id inside stands for another one outside', () => {
  const container = ns.agent({
    unshare: ['user', 'uts'],
    uidMap: [{ inside: 0, outside: process.getuid(), count: 1 }],
    gidMap: [{ inside: 0, outside: process.getgid(), count: 1 }],
    setgroups: 'deny',
  });

  expect(container.ids().uid.effective).toBe(0);
  expect(ns.namespaces.maps(container.pid)).toEqual({
    uid: [{ inside: 0, outside: process.getuid(), count: 1 }],
    gid: [{ inside: 0, outside: process.getgid(), count: 1 }],
    setgroups: 'deny',
  });
  // The right to rename what its user namespace owns, and nothing else.
  container.uts.setHostname('container');
  expect(() => container.syscall('setuid', 1)).toThrow('EINVAL');
});

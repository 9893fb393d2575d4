// What a container is made of: a process in namespaces that are not the host's. namespaces(7)
const { ns } = require('ns-jest');

const ISOLATES = {
  user: 'user and group ids, capabilities',
  mount: 'the file tree: which file systems are mounted where',
  pid: 'process ids, and which processes there are',
  net: 'interfaces, addresses, routes, ports',
  ipc: 'System V IPC and POSIX message queues',
  uts: 'hostname and domain name',
  cgroup: 'the view of the cgroup tree',
  time: 'monotonic and boot-time clocks',
};

const inside = ns.namespaces.ids();
const host = ns.namespaces.hostIds();
const rows = ns.namespaces
  .asked()
  .map((name) => [name.padEnd(6), host[name], inside[name], ISOLATES[name], name]);

// jest --verbose prints the titles: a table with a tick for every namespace that differs.
describe('namespace    on host     inside      isolates', () => {
  test.each(rows)('%s   %i  %i  %s', (_padded, _host, _inside, _isolates, name) => {
    expect(ns).toBeIsolatedFromHost([name]);
  });
});

// The PID namespace numbers its processes from 1, and shows no others. pid_namespaces(7)
const { ns } = require('ns-jest');

test('process 1 is ns-init, and this process is its child', () => {
  expect(ns).toBeIsolatedFromHost(['pid']);
  expect(ns).toHaveProcess({ pid: 1, ppid: 0, name: 'ns-init' });
  expect(process.ppid).toBe(1);
});

test('ps shows ns-init, this process, and itself', async () => {
  const { stdout } = await ns.run('ps', ['-e', '-o', 'pid=,ppid=']);
  const [init, own, ps, ...others] = stdout.trimEnd().split('\n').map(idsOf);
  expect(init).toEqual({ pid: 1, ppid: 0 });
  expect(own).toEqual({ pid: process.pid, ppid: 1 });
  expect(ps).toEqual({ pid: expect.any(Number), ppid: process.pid });
  expect(others).toEqual([]);
});

test('process 1 adopts orphans, and buries them', async () => {
  const { stdout } = await ns.run('sh', ['-c', 'sleep infinity >/dev/null 2>&1 & echo $!']);
  const pid = Number(stdout);
  expect(ns).toHaveProcess({ pid, ppid: 1, command: 'sleep infinity' });

  process.kill(pid, 'SIGKILL');
  while (ns.processes.get(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
});

function idsOf(line) {
  const [pid, ppid] = line.trim().split(/\s+/).map(Number);
  return { pid, ppid };
}

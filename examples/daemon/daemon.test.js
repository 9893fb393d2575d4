const { existsSync, readFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { ns } = require('ns-jest');

// Chosen by host/watch.js, so that this run's daemon can be told from any other's.
const file = process.env.HEARTBEATS;
const command = `${process.execPath} heartbeat.js ${file}`;

async function untilBeats(count) {
  const beats = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0);
  while (beats() < count) await sleep(20);
}

test('a daemon runs in this sandbox, and whoever started it is gone', async () => {
  const { code } = await ns.run('sh', ['daemonize.sh', ...command.split(' ')], { cwd: __dirname });
  expect(code).toBe(0);
  await untilBeats(3);
  // An orphan's new parent is process 1: of the sandbox, not of the host.
  expect(ns).toHaveProcess({ pid: 1, name: 'ns-init' });
  expect(ns).toHaveProcess({ ppid: 1, command });
});

test('it shrugs off SIGTERM', async () => {
  const daemon = ns.processes.list().find((found) => found.command === command);
  process.kill(daemon.pid, 'SIGTERM');
  await untilBeats(6);
  expect(ns).toHaveProcess({ pid: daemon.pid, command });
});

// No afterAll kills it. See host/verdict.js for what becomes of it.

import { expect, test } from '@jest/globals';
import { type NamespaceName, ns } from 'ns-jest';

const ALL = Object.keys(ns.constants.NAMESPACE_FLAGS) as NamespaceName[];

test('NS-09 pid and namespaces that the launcher reports are those that the child reads', async () => {
  const sandbox = await ns.sandbox();
  const reported = sandbox.namespaces;
  for (const name of ALL) expect(reported[name]).not.toBe(ns.namespaces.ids()[name]);
  // Its pid here is of the same namespaces, and 1 inside.
  expect(ns.namespaces.ids(sandbox.pid)).toEqual(reported);
  const agent = ns.agent();
  const status = agent.fs.readFile(`/proc/${sandbox.pid}/status`);
  expect(/^NSpid:.*\b1$/m.test(status)).toBe(true);
  const { stdout } = await sandbox.run('stat', ['-Lc', '%n %i', ...ALL.map(fileOf)]);
  await sandbox.end();
  expect(stdout).toBe(ALL.map((name) => `${fileOf(name)} ${reported[name]}\n`).join(''));
});

function fileOf(name: NamespaceName): string {
  return `/proc/self/ns/${name === 'mount' ? 'mnt' : name}`;
}

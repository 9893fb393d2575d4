import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('a program runs in this sandbox', async () => {
  const { stdout, code } = await ns.run('readlink', ['/proc/self/ns/net', '/proc/self/ns/uts']);
  const { net, uts } = ns.namespaces.ids();
  expect(code).toBe(0);
  expect(stdout).toBe(`net:[${net}]\nuts:[${uts}]\n`);
});

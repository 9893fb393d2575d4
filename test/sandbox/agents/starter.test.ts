import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('agents are made again after a test has killed whatever made them', () => {
  const agent = ns.agent();
  process.kill(agent.ids().ppid, 'SIGKILL');
  expect(() => agent.ids()).toThrow(expect.objectContaining({ code: 'AGENT_ENDED' }));
  expect(ns.agent().fs.getcwd()).toBe(process.cwd());
});

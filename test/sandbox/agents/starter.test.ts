import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('agents are made again after a test has killed whatever made them', () => {
  const agent = ns.agent();
  process.kill(agent.ids().ppid, 'SIGKILL');
  // It is told of its maker's end by a signal, while we ask.
  expect(() => {
    for (let count = 0; count < 1e6; count += 1) agent.ids();
  }).toThrow(expect.objectContaining({ code: 'AGENT_ENDED' }));
  expect(ns.agent().fs.getcwd()).toBe(process.cwd());
});

import { expect, test } from '@jest/globals';
import { systemCallsOf } from '../../../src/agents/constants/system-calls';
import { systemCalls } from '../../../src/options/processes/system-calls';

test.each(['x64', 'arm64'] as const)('agents and filters number the calls of %s alike', (arch) => {
  const ofFilters = systemCalls(arch);
  const ofAgents = Object.entries(systemCallsOf(arch)).filter(([name]) => ofFilters.has(name));
  expect(ofAgents.length).toBeGreaterThan(250);
  expect(ofAgents).toStrictEqual(ofAgents.map(([name]) => [name, ofFilters.get(name)]));
});

import os from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, type HostState, hostState, sandboxProcesses } from '../../support/host';
import { outcomes, runJest } from '../../support/project';

let before: HostState['sysctls'];
beforeEach(() => {
  before = hostState().sysctls;
});
afterEach(async () => {
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  expect(hostState().sysctls).toEqual(before);
});

const preset = (testEnvironmentOptions: object) => ({ preset: 'ns-jest', testEnvironmentOptions });

describe('UTS-12 an explicit host name', () => {
  test('wins over the machine’s, dots are kept, and the machine keeps its own', async () => {
    const machine = os.hostname();
    const name = 'node-1.rack.example.org';
    const run = await runJest(
      {
        'a.test.js': `test('name', () => {
          expect(require('os').hostname()).toBe('${name}');
          expect(require('os').hostname()).not.toBe('${machine}');
          expect(require('child_process').execFileSync('uname', ['-n'], { encoding: 'utf8' })).toBe('${name}\\n');
        });`,
      },
      preset({ hostname: name }),
    );
    expect(outcomes(run)).toEqual(['name: passed']);
    expect(os.hostname()).toBe(machine);
  });

  test('is not the machine’s either if none is given', async () => {
    const run = await runJest(
      {
        'a.test.js': `test('name', () => expect(require('os').hostname()).toBe('sandbox'));`,
      },
      preset({}),
    );
    expect(outcomes(run)).toEqual(['name: passed']);
  });
});

/**
 * @jest-environment-options {"time": {"monotonic": 864000, "boottime": 1728000.5}}
 */
import fs from 'node:fs';
import os from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

const SECOND = 1_000_000_000n;

describe('TIME-13 the offsets of the options', () => {
  test('are what the file shows', () => {
    expect(fs.readFileSync('/proc/self/timens_offsets', 'utf8').trim().split(/\s+/)).toEqual([
      ...['monotonic', '864000', '0'],
      ...['boottime', '1728000', '500000000'],
    ]);
    expect(ns.agent().time.offsets()).toEqual({
      monotonic: 864_000n * SECOND,
      boottime: 1_728_000n * SECOND + SECOND / 2n,
    });
  });

  test('are those of the clocks here, of Node’s and of the system calls alike', () => {
    expect(process.hrtime.bigint()).toBeGreaterThan(864_000n * SECOND);
    expect(os.uptime()).toBeGreaterThan(1_728_000);
    const agent = ns.agent();
    const before = process.hrtime.bigint();
    const shown = agent.time.clock('CLOCK_MONOTONIC');
    expect(shown).toBeGreaterThanOrEqual(before);
    expect(shown).toBeLessThanOrEqual(process.hrtime.bigint());
    // The clocks are apart by as much as the offsets, and by what the machine has slept.
    const apart = agent.time.clock('CLOCK_BOOTTIME') - agent.time.clock('CLOCK_MONOTONIC');
    expect(apart).toBeGreaterThanOrEqual(864_000n * SECOND + SECOND / 2n - SECOND);
  });

  test('do not move the time of day', () => {
    const agent = ns.agent();
    const day = Number(agent.time.clock('CLOCK_REALTIME') / 1_000_000n);
    expect(Math.abs(day - Date.now())).toBeLessThan(5000);
  });

  test('are frozen for all inside', () => {
    expect(() => ns.agent().time.setOffsets({ monotonic: 1 })).toFailWithErrno('EACCES');
  });

  test('are where a nested namespace begins', () => {
    const agent = ns.agent({ unshare: ['time'] });
    expect(agent.namespaces.id('time')).not.toBe(ns.namespaces.ids().time);
    expect(agent.time.offsets()).toMatchObject({ monotonic: 864_000n * SECOND });
  });
});

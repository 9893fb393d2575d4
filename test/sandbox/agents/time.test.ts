import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

const SECOND = 1_000_000_000n;
const TEN_DAYS = 864_000;

/** A process in a time namespace whose clocks are ten days ahead. */
function tenDaysAhead() {
  const maker = ns.agent({ unshare: ['user'] });
  maker.unshare(['time']);
  maker.time.setOffsets({ monotonic: TEN_DAYS, boottime: TEN_DAYS });
  return maker.fork();
}

test('clocks are moved by their offsets', () => {
  const outside = ns.agent();
  const agent = tenDaysAhead();
  for (const clock of ['CLOCK_MONOTONIC', 'CLOCK_MONOTONIC_RAW', 'CLOCK_BOOTTIME'] as const) {
    const ahead = agent.time.clock(clock) - outside.time.clock(clock);
    expect(Number(ahead / SECOND)).toBeCloseTo(TEN_DAYS, -1);
  }
  expect(agent.time.offsets()).toEqual({
    monotonic: 864_000n * SECOND,
    boottime: 864_000n * SECOND,
  });
  expect(agent.time.sysinfo().uptime).toBeGreaterThanOrEqual(TEN_DAYS);
});

test('offsets are frozen once somebody lives there', () => {
  expect(() => tenDaysAhead().time.setOffsets({ monotonic: 1 })).toThrow(
    expect.objectContaining({ code: 'EACCES' }),
  );
  const maker = ns.agent({ unshare: ['user'] });
  maker.unshare(['time']);
  expect(() => maker.time.setOffsets('monotonic x 0')).toThrow(
    expect.objectContaining({ code: 'EINVAL' }),
  );
});

test('sleeps, timers and futexes follow the moved clock', () => {
  const { time } = tenDaysAhead();
  const soon = () => time.clock('CLOCK_MONOTONIC') + 20_000_000n;
  const started = soon();
  time.sleepUntil('CLOCK_MONOTONIC', soon());
  expect(time.readTimerfd(time.timerfd('CLOCK_MONOTONIC', { at: soon() }))).toBe(1);
  expect(() => time.futexWaitUntil('CLOCK_MONOTONIC', soon())).toThrow(
    expect.objectContaining({ code: 'ETIMEDOUT' }),
  );
  const timer = time.timer('CLOCK_MONOTONIC', { at: time.clock('CLOCK_MONOTONIC') + 60n * SECOND });
  expect(Number(time.timerRemaining(timer) / SECOND)).toBeGreaterThanOrEqual(58);
  expect(time.clock('CLOCK_MONOTONIC') - started).toBeLessThan(10n * SECOND);
});

import { describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';

type ClockName = 'CLOCK_MONOTONIC' | 'CLOCK_BOOTTIME';

const SECOND = 1_000_000_000n;
const DAY = 86_400;
/** The coarse clocks are those of the last tick. */
const TICK = SECOND / 50n;
const OFFSETS = { monotonic: 10 * DAY, boottime: 20 * DAY };

const CLOCKS = {
  CLOCK_MONOTONIC: OFFSETS.monotonic,
  CLOCK_MONOTONIC_COARSE: OFFSETS.monotonic,
  CLOCK_MONOTONIC_RAW: OFFSETS.monotonic,
  CLOCK_BOOTTIME: OFFSETS.boottime,
  CLOCK_REALTIME: 0,
  CLOCK_REALTIME_COARSE: 0,
  CLOCK_TAI: 0,
} as const;
const NAMES = Object.keys(CLOCKS) as Array<keyof typeof CLOCKS>;

function shifted(offsets: { monotonic?: number; boottime?: number } = OFFSETS) {
  const parent = ns.agent();
  parent.unshare(['time']);
  parent.time.setOffsets(offsets);
  return { parent, child: parent.fork() };
}

/** How far the one's clock is from the other's, in whole seconds, proven from both sides. */
function expectOffset(clock: keyof typeof CLOCKS, there: Agent, here: Agent, seconds: number) {
  const before = here.time.clock(clock);
  const shown = there.time.clock(clock) - BigInt(seconds) * SECOND;
  const after = here.time.clock(clock);
  expect(shown).toBeGreaterThanOrEqual(before - TICK);
  expect(shown).toBeLessThanOrEqual(after + TICK);
}

describe('TIME-04 in a child', () => {
  test.each(NAMES)('%s is moved by its offset, and in the parent it is not', (clock) => {
    const { parent, child } = shifted();
    expectOffset(clock, child, parent, CLOCKS[clock]);
    expectOffset(clock, parent, ns.agent(), 0);
  });

  test.each(NAMES)('%s is the parent’s after entering its namespace again', (clock) => {
    const { parent, child } = shifted();
    child.setns(parent.passDescriptor(parent.namespaces.open('time'), child), ['time']);
    expect(child.namespaces.id('time')).toBe(ns.namespaces.ids().time);
    expectOffset(clock, child, parent, 0);
  });

  test('who joins sees the clocks of the namespace', () => {
    const { parent, child } = shifted();
    const guest = ns.agent({ join: { agent: child, namespaces: ['time'] } });
    expectOffset('CLOCK_MONOTONIC', guest, parent, OFFSETS.monotonic);
  });

  test('a clock can be moved back, to before the machine has started up to now', () => {
    const { parent, child } = shifted({ monotonic: -5, boottime: -6 });
    expectOffset('CLOCK_MONOTONIC', child, parent, -5);
    expectOffset('CLOCK_BOOTTIME', child, parent, -6);
  });

  test('the uptime is moved as boottime is, in /proc/uptime and sysinfo', () => {
    const { parent, child } = shifted();
    const uptime = (agent: Agent) => Number(agent.fs.readFile('/proc/uptime').split(' ')[0]);
    expect(Math.abs(uptime(child) - uptime(parent) - OFFSETS.boottime)).toBeLessThan(1);
    const info = child.time.sysinfo().uptime - parent.time.sysinfo().uptime;
    expect(Math.abs(info - OFFSETS.boottime)).toBeLessThanOrEqual(1);
  });
});

// Each is over a moment from now, on the shifted clock: if the offset were left out, it would be over at
// once, before its time, or not for days.
const MOMENT = SECOND / 50n;

describe.each([
  ['ahead', { monotonic: 10 * DAY, boottime: 20 * DAY }],
  ['behind', { monotonic: -5, boottime: -7 }],
] as const)('on a clock that is %s', (_where, offsets) => {
  const now = (agent: Agent, clock: ClockName) => agent.time.clock(clock);
  const expectToEndOnTime = (agent: Agent, clock: ClockName, at: bigint, wait: () => void) => {
    wait();
    expect(now(agent, clock)).toBeGreaterThanOrEqual(at);
    expect(now(agent, clock)).toBeLessThan(at + 5n * SECOND);
  };
  const CLOCK_NAMES = ['CLOCK_MONOTONIC', 'CLOCK_BOOTTIME'] as const;

  test.each(CLOCK_NAMES)('TIME-05 an absolute sleep wakes at the right time: %s', (clock) => {
    const { child } = shifted(offsets);
    const at = now(child, clock) + MOMENT;
    expectToEndOnTime(child, clock, at, () => child.time.sleepUntil(clock, at));
  });

  test.each(CLOCK_NAMES)('TIME-06 an absolute timerfd fires on time: %s', (clock) => {
    const { child } = shifted(offsets);
    const at = now(child, clock) + MOMENT;
    const fd = child.time.timerfd(clock, { at });
    expectToEndOnTime(child, clock, at, () => expect(child.time.readTimerfd(fd)).toBe(1));
  });

  test.each(CLOCK_NAMES)('TIME-10 timers show what remains, relative and absolute: %s', (clock) => {
    const { child } = shifted(offsets);
    const hour = 3600n * SECOND;
    for (const timer of [
      child.time.timer(clock, { after: hour }),
      child.time.timer(clock, { at: child.time.clock(clock) + hour }),
    ]) {
      const remaining = child.time.timerRemaining(timer);
      expect(remaining).toBeLessThanOrEqual(hour);
      expect(remaining).toBeGreaterThan(hour - 10n * SECOND);
    }
  });

  test('TIME-11 an absolute futex wait times out on time', () => {
    const { child } = shifted(offsets);
    const clock = 'CLOCK_MONOTONIC';
    const at = now(child, clock) + MOMENT;
    expectToEndOnTime(child, clock, at, () =>
      expect(() => child.time.futexWaitUntil(clock, at)).toFailWithErrno('ETIMEDOUT'),
    );
  });
});

describe('TIME-09 a program that is executed after unshare', () => {
  // By Node, which reads the clock through the vDSO, on a thread of its own as well.
  const SCRIPT = `
    const { Worker, isMainThread, parentPort } = require('node:worker_threads');
    const { readlinkSync } = require('node:fs');
    const look = () => ({
      namespace: readlinkSync('/proc/thread-self/ns/time'),
      clock: String(process.hrtime.bigint()),
    });
    new Worker(${JSON.stringify(`
      const { readlinkSync } = require('node:fs');
      require('node:worker_threads').parentPort.postMessage({
        namespace: readlinkSync('/proc/thread-self/ns/time'),
        clock: String(process.hrtime.bigint()),
      });`)}, { eval: true }).on('message', (thread) => console.log(JSON.stringify([look(), thread])));`;

  test('is in the new namespace with its threads, its parent is not', () => {
    const parent = ns.agent();
    const before = parent.namespaces.id('time');
    parent.unshare(['time']);
    parent.time.setOffsets(OFFSETS);
    const clock = parent.time.clock('CLOCK_MONOTONIC') + BigInt(OFFSETS.monotonic) * SECOND;
    const { stdout, stderr } = parent.run(process.execPath, ['-e', SCRIPT], {
      env: { PATH: process.env.PATH },
    });
    expect(stderr).toBe('');
    const views = JSON.parse(stdout) as Array<{ namespace: string; clock: string }>;
    expect(views).toHaveLength(2);
    for (const view of views) {
      expect(view.namespace).toBe(`time:[${parent.namespaces.id('time_for_children')}]`);
      expect(BigInt(view.clock)).toBeGreaterThanOrEqual(clock);
      expect(BigInt(view.clock)).toBeLessThan(clock + 10n * SECOND);
    }
    expect(parent.namespaces.id('time')).toBe(before);
    expectOffset('CLOCK_MONOTONIC', parent, ns.agent(), 0);
  });
});

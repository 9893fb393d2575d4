import { describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { mounter } from '../support/mount-agent';

// Times in /proc are those of the reader's time namespace. time_namespaces(7)

const DAY = 24 * 60 * 60;

/** An agent in a time namespace whose clocks since boot are moved by so many seconds. */
function shifted(boottime: number): Agent {
  const maker = mounter({ unshare: ['user'] });
  maker.unshare(['time']);
  maker.fs.writeFile('/proc/self/timens_offsets', `boottime ${boottime} 0\n`, {
    flags: 'O_WRONLY',
  });
  return maker.clone();
}

function uptime(agent: Agent): number {
  return Number(agent.fs.readFile('/proc/uptime').split(' ')[0]);
}

/** Of sysinfo(2). */
function uptimeOfCall(agent: Agent): number {
  const info = Buffer.alloc(128);
  agent.syscall('sysinfo', info);
  return Number(info.readBigInt64LE(0));
}

/** When a process began, in seconds on the reader's clock. proc_pid_stat(5), field 22 */
function startTime(agent: Agent, pid: number | 'self' = 'self'): number {
  const TICKS_PER_SECOND = 100;
  const stat = agent.fs.readFile(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) / TICKS_PER_SECOND;
}

ns.needs('time').describe('a boot-time offset', () => {
  test.each([DAY, 1000 * DAY])('PROC-09 of %d seconds moves /proc/uptime', (offset) => {
    const plain = ns.agent();
    const agent = shifted(offset);
    const before = uptime(plain);
    const inside = uptime(agent);
    const after = uptime(plain);
    expect(inside - offset).toBeGreaterThanOrEqual(before - 0.02);
    expect(inside - offset).toBeLessThanOrEqual(after + 0.02);
  });

  test('PROC-11 is in the uptime of sysinfo, too', () => {
    const plain = ns.agent();
    const agent = shifted(DAY);
    const before = uptimeOfCall(plain);
    const inside = uptimeOfCall(agent);
    const after = uptimeOfCall(plain);
    // Whole seconds, and rounded up.
    expect(inside - DAY).toBeGreaterThanOrEqual(before - 1);
    expect(inside - DAY).toBeLessThanOrEqual(after + 1);
  });

  test('PROC-16 is in the start times of processes, so that none exceeds the uptime', () => {
    const agent = shifted(DAY);
    const started = startTime(agent);
    expect(started).toBeLessThanOrEqual(uptime(agent));
    expect(started).toBeGreaterThan(uptime(agent) - 60);
    expect(started).toBeGreaterThan(DAY);
  });

  test('PROC-16 shows one process at two times to readers of two namespaces', () => {
    const plain = ns.agent();
    const agent = shifted(DAY);
    expect(startTime(agent, agent.pid) - startTime(plain, agent.pid)).toBeCloseTo(DAY, 1);
    expect(startTime(agent, plain.pid) - startTime(plain, plain.pid)).toBeCloseTo(DAY, 1);
  });
});

describe('PROC-09 without an offset', () => {
  test('a new time namespace shows the same uptime', () => {
    const agent = ns.agent({ unshare: ['user', 'time'] });
    const before = uptime(ns.agent());
    const inside = uptime(agent);
    expect(inside).toBeGreaterThanOrEqual(before - 0.02);
    expect(inside).toBeLessThanOrEqual(uptime(ns.agent()) + 0.02);
  });
});

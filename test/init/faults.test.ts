/**
 * Each system call of set-up fails in turn: then there is one error, with step and errno, and nothing is
 * left; or it was one that can be done without, and the sandbox is as it is without the fault.
 *
 * Which calls there are is read from a trace, so that none is forgotten.
 */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stepError } from '../../src/launch/status';
import {
  buildTracer,
  type Call,
  type Errno,
  type Fault,
  runTraced,
  type Traced,
} from '../support/faults/fail-call';
import { alike, TELL } from '../support/faults/inside';
import { argumentsOf, makeFolder, sandboxes, WITH_NAT } from '../support/faults/sandboxes';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { start } from '../support/ns-init';
import { testIf } from '../support/test-if';

/** Calls that do not fail, whatever they return: the kernel has done its part, or there is nothing to do. */
const CANNOT_FAIL = new Set([
  // The descriptor or memory is gone in any case. close(2)
  ...['close', 'munmap'],
  ...['exit_group', 'getpid', 'getppid', 'geteuid', 'getpgrp', 'umask', 'rt_sigreturn'],
  // Of libc's fork, for the next process's mutexes. set_robust_list(2)
  'set_robust_list',
]);

/** A call that may fail, and why that is harmless. */
interface Harmless {
  name: string;
  text?: RegExp;
  argument?: number;
  process?: string;
  /** Default: all. */
  errnos?: Errno[];
  /** Of a sandbox whose namespaces are only tried. */
  tried?: boolean;
  /** What was done without is to be seen inside. */
  differs?: boolean;
  why: string;
}

const PR_SET_NAME = 15;
const AF_UNIX = 1;

const KERNEL_WITHOUT = 'a kernel may be without it, and then there is nothing to do';
const REFUSED = 'in a container they may be read-only, and nothing of the isolation hangs on them';

const HARMLESS: Harmless[] = [
  // Libc's own.
  { name: 'brk', why: 'malloc(3) asks mmap(2) instead' },
  { name: 'newfstatat', text: /^$/, why: 'it asks how large a buffer is to be' },
  { name: 'socket', argument: AF_UNIX, why: 'it asks by a socket of another family' },
  // Older kernels, and containers.
  { name: 'clone3', errnos: ['ENOSYS'], why: 'clone(2) does the same' },
  { name: 'close_range', why: 'it is one descriptor after the other then' },
  { name: 'mount_setattr', errnos: ['ENOSYS'], why: 'it is one remount after the other then' },
  { name: 'mount', text: /^\/proc\//, errnos: ['ENOENT'], why: KERNEL_WITHOUT, differs: true },
  { name: 'statfs', errnos: ['ENOENT'], why: KERNEL_WITHOUT },
  { name: 'openat', text: /gid_map$/, errnos: ['ENOENT'], why: KERNEL_WITHOUT, differs: true },
  {
    name: 'openat',
    text: /^\/proc\/sys\/net\/ipv4\//,
    errnos: ['ENOENT'],
    why: KERNEL_WITHOUT,
    differs: true,
  },
  {
    name: 'openat',
    text: /^\/proc\/sys\/net\/ipv4\//,
    errnos: ['EACCES'],
    why: REFUSED,
    differs: true,
  },
  { name: 'openat', text: /ns_last_pid$/, why: 'pids count from 2, as in any container' },
  { name: 'write', text: /^\d+$/, why: 'pids count from 2, as in any container' },
  // Asked again, or of no consequence.
  { name: 'read', errnos: ['EINTR'], why: 'it is read again' },
  { name: 'newfstatat', text: /^\/dev\/shm$/, errnos: ['ENOENT'], why: 'it is made, and there' },
  { name: 'clone3', process: '0', tried: true, why: 'namespaces are tried one by one' },
  { name: 'poll', process: '0.0', why: 'the network is looked at again' },
  { name: 'recvfrom', process: '0.0', why: 'the network is looked at again' },
  { name: 'prctl', argument: PR_SET_NAME, why: 'a name for the reader of ps(1)' },
  { name: 'write', text: /^{"type":"ready"/, why: 'the end is told, and that is enough' },
  // What a supervisor that was killed has left is cleared away by the next.
  { name: 'openat', text: /^\/sys\/fs\/cgroup/, process: '0', why: 'the next one clears away' },
  { name: 'getdents64', process: '0', why: 'the next one clears away' },
];

/** What no call of ours is prepared for, and what some are. */
const ERRNOS: Errno[] = [
  'ENFILE',
  'EPERM',
  'ENOENT',
  'EINVAL',
  'ENOSYS',
  'ENOMEM',
  'EACCES',
  'EINTR',
];

/** A network of its own, whose host passes packets on. */
const PASSING_ON = [
  ...['unshare', '--net', 'sh', '-c'],
  ...['ip link set lo up; echo 1 > /proc/sys/net/ipv4/ip_forward; exec "$@"', 'sh'],
];

const folder = mkdtempSync(path.join('/var/tmp', 'ns-jest-test-'));
chmodSync(folder, 0o755);
makeFolder(folder);
const tracer = buildTracer(folder);
afterAll(() => rmSync(folder, { recursive: true }));

const seen = new Set<string>();
/** Calls of a sandbox that no earlier one made. */
function setUpCalls({ calls }: Traced): Call[] {
  const begin = calls.findIndex(({ name }) => name === 'close_range' || name === 'fcntl');
  const ready = calls.findIndex(({ text }) => text.startsWith('{"type":"ready"'));
  return calls.slice(begin, ready + 1).filter((call) => {
    if (call.process === '' || CANNOT_FAIL.has(call.name)) return false;
    const key = [call.process, call.name, call.nth, call.argument, call.text].join(' ');
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** What a sandbox is like where nothing fails. */
interface Expected {
  whole: string;
  host: string;
  isTried: boolean;
}

/** What is wrong with a run in which a call failed: "" if nothing. */
function verdict(
  run: Traced,
  call: Call,
  errno: Errno,
  { whole, host, isTried }: Expected,
): string {
  const number = os.constants.errno[errno];
  const types = run.status.map(({ type }) => type);
  if (run.code === null) return 'it does not end';
  const failures = run.status.filter(({ type }) => type === 'failed');
  if (failures.length > 1) return `${failures.length} failures are told`;
  if (failures.length === 1) {
    if (types.includes('ready')) return 'it is ready, and failed';
    if (run.code !== 125) return `it failed, and exits with ${run.code}`;
    if (run.stdout !== '') return 'it failed, and the command ran';
    const failure = failures[0] as unknown as Parameters<typeof stepError>[0];
    const { message, facts } = stepError(failure);
    if (!facts.step) return 'the error has no step';
    // What a program says is told as it is; and who cannot tell is known to have ended.
    const isTold = failure.errno === -1 && failure.subject.includes(': ');
    const isMute = failure.errno === os.constants.errno.ECHILD && call.name === 'write';
    if (failure.errno !== number && !isTold && !isMute) return `another errno is told: ${message}`;
    return '';
  }
  if (!types.includes('exited')) return `nothing is told: ${types}, exit code ${run.code}`;
  const harmless = HARMLESS.find(
    (row) =>
      row.name === call.name &&
      (row.text?.test(call.text) ?? true) &&
      (row.argument ?? call.argument) === call.argument &&
      (row.process ?? call.process) === call.process &&
      (!row.tried || isTried) &&
      (row.errnos?.includes(errno) ?? true),
  );
  const isReached = run.calls.some(
    ({ process, name, nth, result }) =>
      process === call.process && name === call.name && nth === call.nth && result === -number,
  );
  if (isReached && harmless === undefined) return 'it is passed over';
  if (harmless?.differs) return '';
  const inside = alike(run.stdout, host);
  return inside === whole ? '' : `the sandbox differs:\n${difference(whole, inside)}`;
}

function difference(whole: string, inside: string): string {
  const [one, other] = [whole, inside].map((text) => text.split('\n')) as [string[], string[]];
  const lacking = one.filter((line) => !other.includes(line)).map((line) => `- ${line}`);
  const added = other.filter((line) => !one.includes(line)).map((line) => `+ ${line}`);
  return [...lacking, ...added].slice(0, 10).join('\n');
}

describe.each(Object.entries(sandboxes(folder)))('%s', (name, options) => {
  let before: HostState;
  let descriptors: number;
  beforeAll(() => {
    before = hostState();
    descriptors = readdirSync('/proc/self/fd').length;
  });

  testIf(tracer !== undefined, 'a C compiler')(
    'each call fails in turn',
    async () => {
      const args = argumentsOf(options, folder);
      const around = name === WITH_NAT ? PASSING_ON : [];
      const run = (fault?: Fault) => runTraced(tracer as string, args, TELL, fault, around);
      const host = (await start([], TELL, around).ended).stdout;
      const plain = await run();
      expect(plain.status.map(({ type }) => type)).toContain('ready');
      const whole = alike(plain.stdout, host);
      expect(alike((await run()).stdout, host)).toBe(whole);

      const isTried = args.some((word) => word.startsWith('--try='));
      const expected = { whole, host, isTried };
      const wrong: string[] = [];
      const calls = setUpCalls(plain);
      for (const call of calls) {
        for (const errno of name === 'default' ? ERRNOS : ERRNOS.slice(0, 1)) {
          const what = await run({ ...call, errno });
          const said = verdict(what, call, errno, expected);
          const isGone = await eventually(() => sandboxProcesses().length === 0);
          const { process, nth, text } = call;
          const about = `${process} ${call.name} #${nth} 0x${call.argument.toString(16)} '${text}' ${errno}`;
          if (said !== '') wrong.push(`${about}: ${said}`);
          if (!isGone) wrong.push(`${about}: left ${sandboxProcesses()}`);
        }
      }
      expect(calls.length).toBeGreaterThan(0);
      expect(wrong).toEqual([]);
    },
    600_000,
  );

  test('nothing of it is left', async () => {
    await eventually(() => JSON.stringify(hostState()) === JSON.stringify(before));
    expect(hostState()).toEqual(before);
    expect(readdirSync('/proc/self/fd').length).toBe(descriptors);
  });
});

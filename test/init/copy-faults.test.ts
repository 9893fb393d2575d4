/**
 * Each system call of the way from the fork server into a sandbox fails in turn: then there is one error, with
 * step and errno, and nothing is left.
 *
 * Which calls there are is read from a trace, so that none is forgotten.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { stepError } from '../../src/launch/status';
import { callNative } from '../../src/native/load';
import {
  buildTracer,
  type Call,
  type Fault,
  readCalls,
  wordsOf,
} from '../support/faults/fail-call';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { FULL } from '../support/ns-init';
import { NS_INIT } from '../support/package';
import { testIf } from '../support/test-if';

const ADDON = path.join(path.dirname(NS_INIT), 'ns_jest.node');
const SOCK_SEQPACKET = 5;
const LIVES = 42;
const uid = process.getuid?.() ?? 0;
const gid = process.getgid?.() ?? 0;
/** An ordinary user is himself inside: his copy has capabilities to lose. */
const WORDS = FULL.map((word) =>
  word.replace('--uid-map=0:', `--uid-map=${uid}:`).replace('--gid-map=0:', `--gid-map=${gid}:`),
);
/** Longer than ns-init waits for a copy. */
const LONGEST_MS = 15_000;

/** A fork server without Jest. */
const SERVER = `
  const addon = require(${JSON.stringify(ADDON)});
  const [channel] = addon.socketpair(1);
  addon.copyStart(channel);
  addon.copyPrepare();
  require('node:fs').writeSync(1, 'ready');
  for (;;) {
    const copy = addon.copyServe(3);
    if (copy === null) addon.exitAtOnce(0);
    if (copy !== undefined) addon.exitAtOnce(${LIVES});
  }`;

/** Calls that do not fail, whatever they return: the kernel has done its part, or there is nothing to do. */
const CANNOT_FAIL = new Set([
  ...['close', 'exit_group', 'geteuid', 'getpid'],
  // Asked for a child that is there. wait(2)
  'wait4',
  // Of libc's fork, for the next process's mutexes. set_robust_list(2)
  'set_robust_list',
]);

/** Of libuv, which ends a copy that cannot have the descriptors it wants: that is seen, but not the errno. */
const FATAL = new Set(['pipe2', 'write']);

interface Run {
  status: Record<string, unknown>[];
  code: number | null;
  calls: Call[];
}

/** A sandbox whose command is a copy; with a fault, or without. */
async function copyOne(tracer: string, fault?: Fault): Promise<Run> {
  const [ours, its] = callNative('socketpair', [SOCK_SEQPACKET]) as [number, number];
  const list = `${tracer}.list`;
  const words = [list, ...(fault ? wordsOf(fault) : []), '--', process.execPath, '-e', SERVER];
  const server = spawn(tracer, words, { stdio: ['ignore', 'pipe', 'inherit', its] });
  callNative('close', [its]);
  await once(server.stdout as NodeJS.ReadableStream, 'data');

  const init = spawn(
    NS_INIT,
    [...WORDS, '--status-fd=3', '--lifeline-fd=4', '--pass-fd=5', '--copy-fd=6', '--', 'node'],
    { stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe', 'pipe', ours] },
  );
  callNative('close', [ours]);
  // What does not end by itself is told as that.
  const killed = setTimeout(() => {
    for (const child of [init, server]) child.kill('SIGKILL');
  }, LONGEST_MS);
  let told = '';
  init.stdio[3]?.on('data', (chunk) => {
    told += chunk;
  });
  const [code] = (await once(init, 'close')) as [number | null];
  // It ends when nobody is left who could ask.
  if (server.exitCode === null && server.signalCode === null) await once(server, 'close');
  clearTimeout(killed);
  const status = told
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return { status, code, calls: readCalls(list) };
}

/** Of who joins the namespaces, of who makes the copy, and of the copy until it tells that it is in place. */
function callsOfWay({ calls }: Run): Call[] {
  const joiner = calls.find(({ name }) => name === 'setns')?.process;
  expect(joiner).toBeDefined();
  const copy = `${joiner}.0.0`;
  const told = calls.findIndex(({ process, name }) => process === copy && name === 'sendto');
  expect(told).toBeGreaterThan(0);
  return calls
    .slice(0, told + 1)
    .filter(
      ({ process, name }) => `${process}.`.startsWith(`${joiner}.`) && !CANNOT_FAIL.has(name),
    );
}

/** What is wrong with a run in which a call failed: "" if nothing. */
function verdict({ status, code }: Run, call: Call, errno: number): string {
  const failures = status.filter(({ type }) => type === 'failed');
  if (failures.length > 1) return `${failures.length} failures are told`;
  if (failures.length === 0) {
    if (code === null) return 'it does not end';
    if (code !== LIVES) return `nothing is told, exit code ${code}`;
    return 'it is passed over';
  }
  if (code !== 125) return `it failed, and exits with ${code}`;
  const failure = failures[0] as unknown as Parameters<typeof stepError>[0];
  const { facts, message } = stepError(failure);
  if (facts.step !== 'copy fork server' || !facts.subject)
    return `another step is told: ${message}`;
  // Who cannot tell is known to have ended.
  const isMute =
    failure.errno === os.constants.errno.ECONNRESET &&
    (call.name === 'sendto' || FATAL.has(call.name));
  return failure.errno === errno || isMute ? '' : `another errno is told: ${message}`;
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-test-'));
const tracer = buildTracer(folder);
let before: HostState;
beforeAll(() => {
  before = hostState();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await eventually(() => JSON.stringify(hostState()) === JSON.stringify(before));
  expect(hostState()).toEqual(before);
});

testIf(tracer !== undefined, 'a C compiler')(
  'each call fails in turn',
  async () => {
    const plain = await copyOne(tracer as string);
    expect(plain.code).toBe(LIVES);
    const wrong: string[] = [];
    const calls = callsOfWay(plain);
    for (const call of calls) {
      const errno = 'EPERM';
      const run = await copyOne(tracer as string, { ...call, errno });
      const said = verdict(run, call, os.constants.errno[errno]);
      const { process, name, nth, argument, text } = call;
      const about = `${process} ${name} #${nth} 0x${argument.toString(16)} '${text}'`;
      if (said !== '') wrong.push(`${about}: ${said}`);
      if (!(await eventually(() => sandboxProcesses().length === 0)))
        wrong.push(`${about}: left ${sandboxProcesses()}`);
    }
    expect(calls.length).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  },
  300_000,
);

/** What the native programs read, malformed; scripts/test-sanitized.sh runs this with sanitizers in them. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Channel } from '../../src/agents/channel';
import { callRequest, OPERATIONS, request } from '../../src/agents/wire';
import { callNative } from '../../src/native/load';
import { argumentsOf, makeFolder, sandboxes } from '../support/faults/sandboxes';
import { INPUTS, mutateBytes, mutateText } from '../support/fuzz';
import { NS_INIT, PACKAGE } from '../support/package';
import { Random } from '../support/random-options/random';
import { testIf } from '../support/test-if';

const SEED = Number(process.env.NS_JEST_FUZZ_SEED ?? 6);
/** A process each, with sanitizers a slow one. */
const COMMAND_LINES = Math.ceil(INPUTS / 100);
const REQUESTS = Math.ceil(INPUTS / 5);

const folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-test-'));
makeFolder(folder);
afterAll(() => rmSync(folder, { recursive: true }));

test('words of ns-init are understood, or refused in one sentence', () => {
  const lines = Object.values(sandboxes(folder)).map((options) => argumentsOf(options, folder));
  for (let number = 0; number < COMMAND_LINES; number++) {
    const random = new Random(SEED * 1_000_003 + number);
    const words = [...random.pick(lines)];
    for (let changes = random.integer(1, 3); changes > 0; changes--) {
      const at = random.integer(0, words.length - 1);
      words[at] = mutateText(random, words[at] as string).replaceAll('\0', '');
    }
    // The last one is always refused, so that nothing is done.
    const { status, signal, stderr } = spawnSync(
      NS_INIT,
      [...words.filter((word) => word !== '--'), '--no-such'],
      {
        encoding: 'utf8',
        timeout: 10_000,
      },
    );
    const about = `seed ${SEED}, number ${number}: ${JSON.stringify(words)}\n${stderr}`;
    expect({ status, signal, about }).toEqual({ status: 2, signal: null, about });
    expect(stderr).toMatch(/^ns-init: [^\n]+\n/);
    expect(stderr).not.toMatch(/Sanitizer|runtime error/);
  }
});

/** None that does anything: there is no system call of that number, nor are there such operations. */
const HARMLESS = [
  callRequest(99_999, ['text', 7, Buffer.alloc(64)]).bytes,
  callRequest(99_999, [1, 2, 3, 4, 5, 6]).bytes,
  request(OPERATIONS.startThread + 1, Buffer.alloc(40)),
];
/** Behind the operation and the number of the call: what says where pointers lead. */
const KEPT_BYTES = 16;

test('requests to an agent are answered, whatever is in them', async () => {
  const [ours, its] = callNative('socketpair', [5]) as [number, number];
  const agent = spawn(path.join(path.dirname(NS_INIT), 'ns-agent'), [], {
    stdio: ['ignore', 'ignore', 'pipe', its],
  });
  let stderr = '';
  agent.stderr?.on('data', (chunk) => (stderr += chunk));
  callNative('close', [its]);
  const ended = new Promise((resolve) => agent.once('close', (...end) => resolve(end)));
  const channel = new Channel(ours);
  const hello = channel.receive(10_000);
  expect(hello).toMatchObject({ value: 0n });
  for (let number = 0; number < REQUESTS; number++) {
    const random = new Random(SEED * 1_000_003 + number);
    const bytes = random.pick(HARMLESS);
    const rest = mutateBytes(random, bytes.subarray(KEPT_BYTES));
    const whole = Buffer.concat([bytes.subarray(0, KEPT_BYTES), rest]);
    const cut = random.chance(0.1) ? whole.subarray(0, random.integer(1, KEPT_BYTES)) : whole;
    channel.send(Buffer.from(cut));
    const answer = channel.receive(10_000);
    if (typeof answer === 'string')
      throw new Error(`seed ${SEED}, number ${number}: ${answer}, ${stderr}`);
    // ENOSYS, or EBADMSG.
    expect([38, 74]).toContain(answer.error);
  }
  channel.close();
  expect(await ended).toEqual([0, null]);
  expect(stderr).toBe('');
}, 60_000);

const MESSAGES = [
  '580000001400020001000000da5e0000021880000400000008000100c000020208000200c000020208000400c00002ff090003006574683000000000080008008000000014000600ffffffffffffffff1500000015000000',
  '4c0000001c00020001000000da5e00000a000000040000002000000114000100fd0000000000000000000000000000010800040006000000140003000e7904009e6104006c60040000000000',
  '3c0000001800020001000000da5e000002180000fe02fd010000000008000f00fe00000008000100c000020008000700c00002020800040004000000',
];
const driver = path.join(folder, 'driver', 'fuzz-netlink');

function buildDriver(): boolean {
  mkdirSync(path.dirname(driver));
  const source = path.join(PACKAGE, 'test', 'support', 'faults', 'fuzz-netlink.cc');
  const flags = ['-std=c++20', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  const include = `-I${path.join(PACKAGE, 'addon')}`;
  const { status } = spawnSync('c++', [...flags, include, '-o', driver, source], {
    stdio: 'inherit',
  });
  return status === 0;
}

testIf(spawnSync('c++', ['--version']).status === 0, 'a C++ compiler')(
  'netlink messages are read within their bounds',
  () => {
    expect(buildDriver()).toBe(true);
    const { status, stderr } = spawnSync(driver, [String(SEED), String(INPUTS), ...MESSAGES], {
      encoding: 'utf8',
      // Its own sanitizer, and not one that Node was given.
      env: { ...process.env, LD_PRELOAD: '' },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  },
  60_000,
);

import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { whyNotFork } from '../../src/launch/fork-fits';
import { initArguments } from '../../src/launch/init-arguments';
import { descriptorsBeside } from '../../src/launch/init-arguments/descriptors';
import { binaryPath } from '../../src/native/load';
import { readOptions } from '../../src/options/read-options';
import { type SandboxSpec, toSandboxSpec } from '../../src/options/sandbox-spec';
import { ROOT } from '../support/identities';

// What a copy of the fork server cannot be given is known twice: here it is chosen, there it is refused.

const specOf = (options: object) =>
  toSandboxSpec(
    readOptions(options as Record<string, unknown>),
    { folders: [], written: [], others: [] },
    ROOT,
  );

function refusal(spec: SandboxSpec): string {
  const { passFds } = spec.processes;
  const descriptors = descriptorsBeside(passFds);
  const words = initArguments(spec, ['true'], descriptors, [descriptors.channel, ...passFds], true);
  const { status, stderr } = spawnSync(binaryPath('ns-init'), words, { encoding: 'utf8' });
  return `${status}: ${stderr.split('\n')[0]}`;
}

const OPTIONS: [option: string, options: object][] = [
  ['namespaces.pid', { namespaces: { pid: false } }],
  ['asPid1', { asPid1: true }],
  ['passFds', { passFds: [7] }],
  ['rlimits', { rlimits: { core: 0 } }],
  ['capabilities', { capabilities: { drop: ['NET_RAW'] } }],
  ['capabilities', { capabilities: { add: ['NET_RAW'] }, uid: 0 }],
  ['noNewPrivileges', { noNewPrivileges: true }],
  ['seccomp', { seccomp: { deny: ['io_uring_setup'] } }],
  ['uid', { uid: 33, gid: 33 }],
];

describe.each(OPTIONS)('the option %s', (option, options) => {
  test('chooses exec, and ns-init would refuse it for a copy', () => {
    const spec = specOf(options);
    expect(whyNotFork(spec, process.env, [])).toBe(`the option "${option}"`);
    expect(refusal(spec)).toBe('2: ns-init: a copy cannot be had with these words: --copy-fd');
  });
});

test('a root of its own chooses exec: what Node it has is its own affair', () => {
  const spec = specOf({ root: { type: 'directory', source: '/' } });
  expect(whyNotFork(spec, process.env, [])).toBe('the option "root"');
  expect(whyNotFork(specOf({ root: { type: 'empty' } }), process.env, [])).toBeUndefined();
});

test('without them neither does', () => {
  const spec = specOf({});
  expect(whyNotFork(spec, process.env, [])).toBeUndefined();
  // The descriptor of a fork server is missing, which is told later.
  expect(refusal(spec)).not.toContain('a copy cannot be had');
});

test.each([
  [['--cpu-prof'], {}, 'the flag --cpu-prof'],
  [['--inspect'], {}, 'the flag --inspect'],
  [['--experimental-vm-modules', '--max-old-space-size=100'], {}, undefined],
  [[], { NODE_ICU_DATA: '/data' }, 'the variable NODE_ICU_DATA'],
  [[], { LD_PRELOAD: '/a.so' }, 'the variable LD_PRELOAD'],
  [[], { TZ: 'UTC', MINE: 'yes' }, undefined],
])('the flags %j and variables %j: %s', (flags, variables, reason) => {
  expect(whyNotFork(specOf({}), { ...process.env, ...variables }, flags)).toBe(reason);
});

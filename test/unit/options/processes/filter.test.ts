import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import {
  ARCHITECTURES,
  assemble,
  CODES,
  DATA,
  type FilterRules,
  filterText,
  type Instruction,
  VERDICTS,
  X32_BIT,
} from '../../../../src/options/processes/filter';
import { type Architecture, systemCalls } from '../../../../src/options/processes/system-calls';

/** What the kernel does with a call: its packet filter, as far as a filter of ours goes. bpf(4) */
function verdict(program: Instruction[], number: number, architecture: number): number {
  let accumulator = 0;
  for (let at = 0; at < program.length; at++) {
    const { code, ifTrue, ifFalse, value } = program[at] as Instruction;
    switch (code) {
      case CODES.load:
        accumulator = value === DATA.number ? number : architecture;
        break;
      case CODES.isEqual:
        at += accumulator === value ? ifTrue : ifFalse;
        break;
      case CODES.isAtLeast:
        at += accumulator >= value ? ifTrue : ifFalse;
        break;
      case CODES.return:
        return value;
      default:
        throw new Error(`No instruction of ours: ${code}`);
    }
  }
  throw new Error('The program runs past its end');
}

const RULES = { named: VERDICTS.kill, others: VERDICTS.allow, foreign: VERDICTS.errno + 38 };
const everyName = (architecture: Architecture) => [...systemCalls(architecture).keys()];

describe.each<Architecture>(['x64', 'arm64'])('on %s', (architecture) => {
  const table = systemCalls(architecture);
  const own = ARCHITECTURES[architecture];

  test('the named calls, and no others, meet their verdict', () => {
    const names = ['mkdirat', 'ptrace', 'mount', 'setns', 'file_getattr'];
    const program = assemble({ ...RULES, names }, architecture);
    for (const [name, number] of table) {
      const expected = names.includes(name) ? RULES.named : RULES.others;
      expect([name, verdict(program, number, own)]).toEqual([name, expected]);
    }
  });

  test('with every name there is, no jump is too long', () => {
    const program = assemble({ ...RULES, names: everyName(architecture) }, architecture);
    for (const number of table.values()) expect(verdict(program, number, own)).toBe(RULES.named);
    expect(verdict(program, 9999, own)).toBe(RULES.others);
    for (const { ifTrue, ifFalse } of program) expect(Math.max(ifTrue, ifFalse)).toBeLessThan(256);
    // BPF_MAXINSNS
    expect(program.length).toBeLessThan(4096);
  });

  test('calls by another ABI are neither named nor others', () => {
    const program = assemble({ ...RULES, names: ['read'] }, architecture);
    const AUDIT_ARCH_I386 = 0x40000003;
    const AUDIT_ARCH_ARM = 0x40000028;
    for (const foreign of [AUDIT_ARCH_I386, AUDIT_ARCH_ARM]) {
      expect(verdict(program, table.get('read') as number, foreign)).toBe(RULES.foreign);
    }
  });

  test('a name of the other architecture says nothing', () => {
    const foreign = architecture === 'x64' ? 'fstatat64' : 'open';
    const names = [foreign, 'read'].filter((name) => !table.has(name) || name === 'read');
    const rules: FilterRules = { ...RULES, names };
    expect(assemble(rules, architecture)).toEqual(
      assemble({ ...rules, names: ['read'] }, architecture),
    );
  });

  test('each number is one call', () => {
    expect(new Set(table.values()).size).toBe(table.size);
  });
});

test('x32 has numbers of its own', () => {
  const program = assemble({ ...RULES, names: ['read'] }, 'x64');
  expect(verdict(program, X32_BIT, ARCHITECTURES.x64)).toBe(RULES.foreign);
  expect(verdict(program, X32_BIT + 39, ARCHITECTURES.x64)).toBe(RULES.foreign);
});

test.each<[Architecture, string, number]>([
  ['x64', 'read', 0],
  ['x64', 'execve', 59],
  ['x64', 'clone3', 435],
  ['x64', 'uretprobe', 335],
  ['arm64', 'io_setup', 0],
  ['arm64', 'execve', 221],
  ['arm64', 'fstat', 80],
  ['arm64', 'clone3', 435],
])('%s: %s is %d', (architecture, name, number) => {
  expect(systemCalls(architecture).get(name)).toBe(number);
});

test('a program in memory: little-endian, eight bytes an instruction', () => {
  expect(filterText([{ code: 0x15, ifTrue: 1, ifFalse: 2, value: 0xc000003e }])).toBe(
    '15000102' + '3e0000c0',
  );
});

test('the kernel calls by these numbers, where it is this one', () => {
  // strace has a table of its own, and prints names for numbers.
  const table = systemCalls(process.arch as Architecture);
  const { stderr } = spawnSync('strace', ['-n', 'true'], { encoding: 'utf8' });
  const seen = [...stderr.matchAll(/^\[\s*(\d+)\] (\w+)\(/gm)];
  expect(seen.length).toBeGreaterThan(10);
  for (const [, number, name] of seen)
    expect([name, table.get(name as string)]).toEqual([name, Number(number)]);
});

/** The filter of system calls: a list of names to a program of the kernel's packet filter. seccomp(2) */
import { type Architecture, systemCalls } from './system-calls';

/** What happens to a call. SECCOMP_RET_* of linux/seccomp.h; the errno is the low half. */
export const VERDICTS = {
  kill: 0x80000000,
  errno: 0x00050000,
  log: 0x7ffc0000,
  allow: 0x7fff0000,
} as const;

/** One instruction: struct sock_filter of linux/filter.h. */
export interface Instruction {
  code: number;
  /** How many instructions to skip when the comparison holds, and when it does not. */
  ifTrue: number;
  ifFalse: number;
  value: number;
}

/** BPF_LD | BPF_W | BPF_ABS, BPF_JMP | BPF_JEQ and BPF_JGE | BPF_K, BPF_RET | BPF_K. bpf_common.h */
export const CODES = { load: 0x20, isEqual: 0x15, isAtLeast: 0x35, return: 0x06 } as const;

/** Offsets in struct seccomp_data. */
export const DATA = { number: 0, architecture: 4 } as const;

/** AUDIT_ARCH_* of linux/audit.h. */
export const ARCHITECTURES: Record<Architecture, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** Numbers from here on are calls by x32, whose numbers are not those of x64. */
export const X32_BIT = 0x40000000;

export interface FilterRules {
  /** Names; those that are no calls of this architecture say nothing. */
  names: readonly string[];
  /** For the calls that are named, for the others, and for calls by another ABI, which have other numbers. */
  named: number;
  others: number;
  foreign: number;
}

/** Names to instructions. Each comparison stands beside its verdict, so no jump is too long for its byte. */
export function assemble(rules: FilterRules, architecture: Architecture): Instruction[] {
  const table = systemCalls(architecture);
  const numbers = rules.names.map((name) => table.get(name)).filter((n) => n !== undefined);
  const foreign = returns(rules.foreign);
  return [
    load(DATA.architecture),
    unless(CODES.isEqual, ARCHITECTURES[architecture], foreign),
    load(DATA.number),
    architecture === 'x64' ? when(CODES.isAtLeast, X32_BIT, foreign) : [],
    [...new Set(numbers)].map((number) => when(CODES.isEqual, number, returns(rules.named))),
    returns(rules.others),
  ].flat(2);
}

function load(offset: number): Instruction {
  return { code: CODES.load, ifTrue: 0, ifFalse: 0, value: offset };
}

function returns(verdict: number): Instruction {
  return { code: CODES.return, ifTrue: 0, ifFalse: 0, value: verdict };
}

function when(code: number, value: number, then: Instruction): Instruction[] {
  return [{ code, ifTrue: 0, ifFalse: 1, value }, then];
}

function unless(code: number, value: number, then: Instruction): Instruction[] {
  return [{ code, ifTrue: 1, ifFalse: 0, value }, then];
}

/** As it lies in memory, in hexadecimal digits. Both architectures are little-endian. */
export function filterText(program: readonly Instruction[]): string {
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(({ code, ifTrue, ifFalse, value }, index) => {
    const at = index * 8;
    bytes.writeUInt16LE(code, at);
    bytes.writeUInt8(ifTrue, at + 2);
    bytes.writeUInt8(ifFalse, at + 3);
    bytes.writeUInt32LE(value, at + 4);
  });
  return bytes.toString('hex');
}

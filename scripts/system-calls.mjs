// Writes src/options/processes/system-calls.ts from the kernel's own headers.
// Usage: node scripts/system-calls.mjs (with linux-libc-dev, on x64)
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/** Since 5.1 a new call has one number on every architecture. These are newer than the headers may be. */
const NEWER = {
  ...{ cachestat: 451, fchmodat2: 452, map_shadow_stack: 453, futex_wake: 454, futex_wait: 455 },
  ...{ futex_requeue: 456, statmount: 457, listmount: 458, lsm_get_self_attr: 459 },
  ...{ lsm_set_self_attr: 460, lsm_list_modules: 461, mseal: 462, setxattrat: 463 },
  ...{ getxattrat: 464, listxattrat: 465, removexattrat: 466, open_tree_attr: 467 },
  ...{ file_getattr: 468, file_setattr: 469, listns: 470 },
};

/** uretprobe and uprobe return from probes, on x64 only. */
const NEWER_X64 = { uretprobe: 335, uprobe: 336 };

/** arm64 takes the generic numbers. arch/arm64/include/uapi/asm/unistd.h */
const ARM64 = [
  ...['-D__BITS_PER_LONG=64', '-D__ARCH_WANT_RENAMEAT', '-D__ARCH_WANT_NEW_STAT'],
  ...['-D__ARCH_WANT_SET_GET_RLIMIT', '-D__ARCH_WANT_SYS_CLONE3', '-D__ARCH_WANT_MEMFD_SECRET'],
  ...['-U__BITS_PER_LONG', '-D__BITS_PER_LONG=64'],
];

function numbers(header, defines) {
  const text = execFileSync(
    'cc',
    ['-E', '-dM', ...defines, '-include', header, '-x', 'c', '/dev/null'],
    {
      encoding: 'utf8',
    },
  );
  const values = new Map(
    [...text.matchAll(/^#define (__NR\w*) (\w+)$/gm)].map(([, name, value]) => [name, value]),
  );
  const resolve = (value) => (values.has(value) ? resolve(values.get(value)) : Number(value));
  return Object.fromEntries(
    [...values]
      .filter(([name]) => /^__NR_(?!syscalls$|arch_specific_syscall$)/.test(name))
      .map(([name, value]) => [name.slice('__NR_'.length), resolve(value)]),
  );
}

const x64 = { ...numbers('asm/unistd_64.h', []), ...NEWER, ...NEWER_X64 };
const arm64 = { ...numbers('asm-generic/unistd.h', ARM64), ...NEWER };
const names = [...new Set([...Object.keys(x64), ...Object.keys(arm64)])].sort();
const rows = names.map((name) => `${name} ${x64[name] ?? '-'} ${arm64[name] ?? '-'}`);

writeFileSync(
  new URL('../src/options/processes/system-calls.ts', import.meta.url),
  `/** Written by scripts/system-calls.mjs. A name, its number on x64 and on arm64; "-": there it is none. */
const TABLE = \`
${rows.join('\n')}
\`;

export type Architecture = 'x64' | 'arm64';

/** Every system call of an architecture, by name. */
export function systemCalls(architecture: Architecture): Map<string, number> {
  const column = architecture === 'x64' ? 1 : 2;
  const rows = TABLE.trim()
    .split('\\n')
    .map((line) => line.split(' ') as [string, string, string]);
  return new Map(
    rows
      .filter((row) => row[column] !== '-')
      .map((row): [string, number] => [row[0], Number(row[column])]),
  );
}
`,
);

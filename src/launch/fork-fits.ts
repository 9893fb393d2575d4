/** For which sandboxes and flags of Node a copy of the fork server is as good as a Node of its own. */
import type { SandboxSpec } from '../options/sandbox-spec';

/** What a sandbox asks of its command that a copy cannot be given any more. */
const NEEDS_EXEC: { option: string; applies(spec: SandboxSpec): boolean }[] = [
  { option: 'namespaces.pid', applies: ({ namespaces }) => !namespaces.includes('pid') },
  { option: 'namespaces.user', applies: ({ joins }) => joins.some(({ name }) => name === 'user') },
  {
    // Whose Node it has is for the root to say, or whether it has any.
    option: 'root',
    applies: ({ files: { root } }) => root.kind === 'layers' || root.kind === 'directory',
  },
  { option: 'asPid1', applies: ({ processes }) => processes.asPid1 },
  { option: 'passFds', applies: ({ processes }) => processes.passFds.length > 0 },
  { option: 'rlimits', applies: ({ processes }) => processes.rlimits.length > 0 },
  {
    option: 'capabilities',
    applies: ({ processes: { addCapabilities, dropCapabilities } }) =>
      addCapabilities.length + dropCapabilities.length > 0,
  },
  { option: 'noNewPrivileges', applies: ({ processes }) => processes.noNewPrivileges },
  { option: 'seccomp', applies: ({ processes }) => processes.filter !== undefined },
  {
    option: 'time',
    applies: ({ processes: { monotonic, boottime } }) => (monotonic ?? boottime) !== undefined,
  },
  { option: 'uid', applies: ({ ids }) => ids.user !== undefined || ids.init !== undefined },
  { option: 'cgroup', applies: ({ limits }) => limits.groups.length > 0 },
];

/** Flags that say nothing about V8's threads, profiles or debuggers. */
const USUAL_FLAGS = [
  /^--experimental-vm-modules$/,
  /^--max-old-space-size=/,
  /^--stack-trace-limit=/,
  /^--(no-)?(warnings|deprecation)$/,
  /^--disable-warning=/,
  /^--enable-source-maps$/,
  /^--expose-gc$/,
  /^--unhandled-rejections=/,
  /^--conditions=/,
  /^-C=?/,
];

/** Variables that Node, its libraries and the dynamic linker read once, when they start. */
const READ_AT_START = /^(NODE_|UV_|LD_|GLIBC_|MALLOC_|OPENSSL_|SSL_|LC_|LANG$|ICU_)/;

/**
 * Why a sandbox of this kind wants a Node of its own, or undefined.
 *
 * @param env What the test process is given.
 * @param flags Those of Node, in its command line and in NODE_OPTIONS.
 */
export function whyNotFork(
  spec: SandboxSpec,
  env: NodeJS.ProcessEnv,
  flags: string[],
): string | undefined {
  const need = NEEDS_EXEC.find(({ applies }) => applies(spec));
  if (need) return `the option "${need.option}"`;
  const flag = flags.find((each) => !USUAL_FLAGS.some((usual) => usual.test(each)));
  if (flag !== undefined) return `the flag ${flag}`;
  const name = differing(env, process.env).find((each) => READ_AT_START.test(each));
  if (name !== undefined) return `the variable ${name}`;
  return undefined;
}

function differing(one: NodeJS.ProcessEnv, other: NodeJS.ProcessEnv): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => one[name] !== other[name]);
}

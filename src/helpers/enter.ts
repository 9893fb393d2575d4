// Node's own timers: those of the test may be faked.
import { clearTimeout, setTimeout } from 'node:timers';
import { NAMESPACES, type NamespaceName } from '../namespaces';
import { signalName } from '../text/signal-name';
import { checkOptions, checkPid } from './check';
import { collectText } from './collect-output';
import { ids } from './namespace-ids';
import { checkNamespaceName, type NamespaceReference } from './namespace-reference';
import { type Namespace, open } from './namespace-value';
import { type CheckedRun, checkRun, type RunOptions, type RunResult } from './run';

/** Namespaces to run in: of a process, all or those named; or one by path or descriptor. */
export type EnterTarget =
  | { pid: number; namespaces?: readonly NamespaceName[]; path?: never; fd?: never }
  | (NamespaceReference & { pid?: never; namespaces?: never });

/** Where commands can be run. */
export interface Entrance {
  /** As `ns.run`, but in there. Where a mount namespace is entered, `cwd` is `/` by default. */
  run(command: string, args?: readonly string[], options?: RunOptions): Promise<RunResult>;
}

/** Which of a process's namespaces to enter: those that are not this process's own. */
export function namesOf(
  pid: number,
  wanted: readonly NamespaceName[] | undefined,
): NamespaceName[] {
  const own = ids();
  const there = ids(pid);
  return NAMESPACES.map(({ name }) => name).filter((name) => {
    if (wanted !== undefined && !wanted.includes(name)) return false;
    // Nothing to enter; a user namespace even refuses to be entered again. setns(2)
    return there[name] !== null && there[name] !== own[name];
  });
}

/** Opens what is to be entered. All of it or, with an error, nothing. */
function openAll(targets: readonly EnterTarget[]): Namespace[] {
  const opened: Namespace[] = [];
  try {
    for (const target of targets) {
      const { pid, namespaces, path, fd } = target;
      if (pid === undefined) {
        opened.push(open({ path, fd } as Parameters<typeof open>[0]));
      } else {
        for (const name of namesOf(pid, namespaces)) opened.push(open({ namespace: name, pid }));
      }
    }
  } catch (error) {
    for (const namespace of opened) namespace.close();
    throw error;
  }
  const own = ids();
  const [others, same] = [true, false].map((isOther) =>
    opened.filter(({ type, inode }) => (own[type] !== inode) === isOther),
  ) as [Namespace[], Namespace[]];
  for (const namespace of same) namespace.close();
  return others;
}

function checkTarget(target: EnterTarget): void {
  // A value of ns.namespaces.open() is a target too, and has more than these keys.
  if (typeof (target as Partial<Namespace>)?.close === 'function') return;
  checkOptions('ns.enter', target, ['pid', 'namespaces', 'path', 'fd']);
  if (target.pid !== undefined) checkPid(target.pid);
  for (const name of target.namespaces ?? []) checkNamespaceName(name);
}

/**
 * A way into namespaces that are there: those of a process, or single ones by path, descriptor or
 * value. They are looked for anew by each `run`. The command is a child of this process's helper, is
 * killed at the latest when the test file has ended, and what it leaves running stays.
 *
 * @throws TypeError if a target cannot be right.
 * @see nsenter(1), setns(2)
 */
export function enter(...targets: EnterTarget[]): Entrance {
  if (targets.length === 0) throw new TypeError('Expected ns.enter to be told what to enter');
  targets.forEach(checkTarget);
  return {
    /**
     * @throws TypeError if an argument cannot be right.
     * @throws SystemError if a namespace cannot be opened or entered (setns: EPERM without CAP_SYS_ADMIN
     *   in the user namespace that owns it), the directory not be changed or the program not be started.
     */
    async run(command, args = [], options = {}) {
      const checked = checkRun('run of ns.enter', command, args, options);
      const opened = openAll(targets);
      try {
        const isElsewhere = opened.some(({ type }) => type === 'mount');
        const cwd = checked.cwd ?? (isElsewhere ? '/' : undefined);
        return await runIn(opened, { ...checked, cwd });
      } finally {
        for (const namespace of opened) namespace.close();
      }
    },
  };
}

function runIn(namespaces: readonly Namespace[], checked: CheckedRun): Promise<RunResult> {
  // Required when it is needed: a test that imports the helpers does not load the launcher.
  const { enterNamespaces } =
    require('../launch/enter-namespaces') as typeof import('../launch/enter-namespaces');
  const fds = namespaces.map(({ fd }) => fd);
  const entered = enterNamespaces(fds, checked.argv, checked);
  const { child } = entered;
  const stdout = collectText(child.stdout);
  const stderr = collectText(child.stderr);
  // EPIPE: it need not read its input, and may have ended before.
  child.stdin.on('error', () => {}).end(checked.input);
  let timedOut = false;
  const timer =
    checked.timeout === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          entered.kill();
        }, checked.timeout);
  return new Promise((resolve, reject) => {
    child.on('exit', () => {
      // What it started may hold the output open; after the timeout nobody waits for that.
      if (timedOut) {
        child.stdout.destroy();
        child.stderr.destroy();
      }
    });
    child.on('close', (code, killed) => {
      clearTimeout(timer);
      const refusal = entered.refusal();
      if (refusal !== undefined) return reject(refusal);
      const number = entered.signal();
      // Killed, ns-init tells nothing, and takes the command along.
      const signal = timedOut ? 'SIGKILL' : number === undefined ? killed : signalName(number);
      const output = { stdout: stdout(), stderr: stderr() };
      return resolve({ ...output, code: signal === null ? code : null, signal });
    });
  });
}

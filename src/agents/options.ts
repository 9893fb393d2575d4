import { checkInteger, checkOptions } from '../helpers/check';
import { NAMESPACES, type NamespaceName } from '../namespaces';
import type { IdMapping } from '../options/ids/id-maps';
import { nearest } from '../text/nearest';
import { type CLONE, NAMESPACE_FLAGS } from './constants/clone';
import type { SIG } from './constants/files';
import type { Flags } from './constants/flags';

/** A namespace to enter: of which process, or by which file or descriptor. */
export interface JoinRequest {
  /** All that are named are entered in this order; left out with a file or descriptor, its own kind. */
  namespaces?: readonly NamespaceName[];
  /** Another agent, whose namespaces are entered. */
  agent?: { readonly pid: number };
  /** A process, as the test sees it. */
  pid?: number;
  /** A file that a namespace is bound to, or one below /proc/PID/ns. */
  path?: string;
  /** A descriptor of the test process: of a namespace, or a pidfd. */
  fd?: number;
}

export interface AgentOptions {
  /** Fresh namespaces. */
  unshare?: readonly NamespaceName[];
  /** How they are made: at birth (`clone`, the default), or by unshare(2) afterwards. */
  via?: 'clone' | 'unshare';
  /** Namespaces to enter, in this order, before fresh ones are made. setns(2) */
  join?: JoinRequest | readonly JoinRequest[];
  /**
   * The map of a fresh user namespace. By default root maps every id that it has onto itself, and
   * anybody else himself to 0; null writes none.
   */
  uidMap?: readonly IdMapping[] | null;
  gidMap?: readonly IdMapping[] | null;
  /** Written before the maps; by default `deny` where the kernel demands it. */
  setgroups?: 'allow' | 'deny';
  /** Its pid: in its own PID namespace, then in that one's parent, and so on. clone3(2) */
  setTid?: readonly number[];
  /** A cgroup (v2) to be born in, by its directory. CLONE_INTO_CGROUP */
  cgroup?: string;
  /** What its parent is sent when it ends; SIGCHLD by default, 0 for nothing. */
  exitSignal?: keyof typeof SIG | 0;
  /** Further CLONE_* flags, such as CLONE_FS. */
  flags?: Flags<typeof CLONE>;
  /** prctl(2), PR_SET_NO_NEW_PRIVS. */
  noNewPrivileges?: boolean;
  /** Whether it is killed when its parent ends. True by default; false lets it become an orphan. */
  dieWithParent?: boolean;
  /** Milliseconds that one call may take. 10,000 by default; then the agent is killed. */
  timeLimit?: number;
}

const OPTION_NAMES = [
  'unshare',
  'via',
  'join',
  'uidMap',
  'gidMap',
  'setgroups',
  'setTid',
  'cgroup',
  'exitSignal',
  'flags',
  'noNewPrivileges',
  'dieWithParent',
  'timeLimit',
] as const satisfies ReadonlyArray<keyof AgentOptions>;

export function checkAgentOptions(options: AgentOptions): AgentOptions {
  checkOptions('ns.agent', options, OPTION_NAMES);
  checkNamespaces('unshare', options.unshare ?? []);
  const { via, timeLimit } = options;
  if (via !== undefined && via !== 'clone' && via !== 'unshare') {
    throw new TypeError(`Expected the option "via" to be 'clone' or 'unshare', got '${via}'`);
  }
  if (timeLimit !== undefined) checkInteger('timeLimit', timeLimit, { min: 1, max: 2 ** 31 - 1 });
  const inUser = options.unshare?.includes('user') ?? false;
  for (const name of ['uidMap', 'gidMap', 'setgroups'] as const) {
    if (options[name] && !inUser) {
      throw new TypeError(
        `The option "${name}" is of a fresh user namespace: add 'user' to "unshare"`,
      );
    }
  }
  return options;
}

export function checkNamespaces(option: string, names: readonly NamespaceName[]): void {
  if (!Array.isArray(names)) {
    throw new TypeError(`Expected the option "${option}" to be an array of namespace names`);
  }
  const all = NAMESPACES.map(({ name }) => name);
  for (const name of names) {
    if (all.includes(name)) continue;
    const filed = NAMESPACES.find(({ file }) => file === name)?.name;
    const meant = filed ?? nearest(String(name), all);
    throw new TypeError(
      `Unknown namespace "${name}".${meant ? ` Did you mean "${meant}"?` : ''} Namespaces: ${all.join(', ')}`,
    );
  }
}

export function namespaceFlags(names: readonly NamespaceName[]): number {
  return names.reduce((flags, name) => flags | NAMESPACE_FLAGS[name], 0);
}

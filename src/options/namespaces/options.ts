import { SandboxError } from '../../errors/sandbox-error';
import { NAMESPACES, type NamespaceName } from '../../namespaces';
import { checkObject, checkOneOf, unknownOption } from '../check';
import type { Room } from '../room';
import { isOwn, type Join, type NamespaceToJoin, readJoin } from './joins';

/** Whether a namespace is created: always, never, or if the kernel lets us; or one that exists. */
export type NamespaceChoice = boolean | 'try' | NamespaceToJoin;

export interface NamespaceOptions {
  /** Which namespaces each file gets. Default: all eight, `true`. */
  namespaces?: Partial<Record<NamespaceName | 'mnt' | 'network', NamespaceChoice>>;
}

export type CheckedChoice = boolean | 'try' | Join;

export interface CheckedNamespaceOptions {
  namespaces: Record<NamespaceName, CheckedChoice>;
}

/** Is it one that exists? */
export function isJoined(choice: CheckedChoice): choice is Join {
  return typeof choice === 'object';
}

/** Is it to be a new one, or one to be tried? */
export function isFresh(choice: CheckedChoice): choice is true | 'try' {
  return choice === true || choice === 'try';
}

/** The other names of two namespaces. */
const ALIASES = new Map<string, NamespaceName>([
  ['mnt', 'mount'],
  ['network', 'net'],
]);

export const namespaceRoom: Room<CheckedNamespaceOptions> = {
  rows: { namespaces: { read: readNamespaces, default: allNamespaces() } },

  /** Combinations that would be partly isolated in silence, or would change the host. */
  settle({ namespaces }) {
    // Mounts that are joined stay as they are, so nothing can be mounted for a new namespace either.
    const needs: [NamespaceName, NamespaceName, string][] = [
      ['pid', 'mount', 'its private /proc is a mount'],
      ['ipc', 'mount', 'POSIX shared memory is files in /dev/shm, which need a private mount'],
    ];
    for (const [name, needed, reason] of needs) {
      if (!isFresh(namespaces[name]) || isFresh(namespaces[needed])) continue;
      throw impossible(name, needed, namespaces[needed], reason);
    }
    if (isJoined(namespaces.pid) && namespaces.mount === false) {
      throw impossible('pid', 'mount', false, "/proc would show the host's processes");
    }
    if (process.geteuid?.() !== 0 || !isFresh(namespaces.user)) return;
    for (const [needed, what] of [
      ['uts', 'hostname'],
      ['ipc', 'IPC limits'],
    ] as const) {
      if (namespaces[needed] !== false) continue;
      const reason = `real root would change the host's ${what} through /proc/sys`;
      throw impossible('user', needed, false, reason);
    }
  },
};

function impossible(
  name: NamespaceName,
  needed: NamespaceName,
  choice: CheckedChoice,
  reason: string,
): SandboxError {
  const what = choice === false ? 'be false' : 'be joined';
  const unless = choice === false ? 'is not' : 'is a new one';
  return new SandboxError(
    `The option "namespaces.${needed}" cannot ${what} while "namespaces.${name}" ${unless}`,
    {
      option: `namespaces.${needed}`,
      reason: `${choice === false ? 'Without it' : 'With it'} ${reason}.`,
      ...(choice === false
        ? {}
        : { fix: `Join the ${name} namespace too, or set "namespaces.${name}" to false.` }),
    },
  );
}

function allNamespaces(): Record<NamespaceName, CheckedChoice> {
  return Object.fromEntries(NAMESPACES.map(({ name }) => [name, true])) as Record<
    NamespaceName,
    CheckedChoice
  >;
}

function readNamespaces(value: unknown, option: string): Record<NamespaceName, CheckedChoice> {
  const choices = allNamespaces();
  for (const [key, choice] of Object.entries(checkObject(option, value))) {
    const name = (ALIASES.get(key) ?? key) as NamespaceName;
    if (!Object.hasOwn(choices, name)) {
      throw unknownOption(key, Object.keys(choices), `${option}.`);
    }
    choices[name] = readChoice(name, choice, `${option}.${key}`);
  }
  return choices;
}

function readChoice(name: NamespaceName, choice: unknown, option: string): CheckedChoice {
  if (typeof choice === 'object' && choice !== null) {
    const join = readJoin(name, choice, option);
    // To join the one that Jest is in is to share the host's, with all that follows from it.
    return isOwn(name, join) ? false : join;
  }
  return checkOneOf<boolean | 'try'>(option, [true, false, 'try'], choice as boolean);
}

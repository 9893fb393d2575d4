import { SandboxError } from '../../errors/sandbox-error';
import { NAMESPACES, type NamespaceName } from '../../namespaces';
import { checkObject, checkOneOf, unknownOption } from '../check';
import type { Room } from '../room';

/** Whether a namespace is created: always, never, or if the kernel lets us. */
export type NamespaceChoice = boolean | 'try';

export interface NamespaceOptions {
  /** Which namespaces each file gets. Default: all eight, `true`. */
  namespaces?: Partial<Record<NamespaceName | 'mnt' | 'network', NamespaceChoice>>;
}

export interface CheckedNamespaceOptions {
  namespaces: Record<NamespaceName, NamespaceChoice>;
}

/** The other names of two namespaces. */
const ALIASES: Record<string, NamespaceName> = { mnt: 'mount', network: 'net' };

export const namespaceRoom: Room<CheckedNamespaceOptions> = {
  rows: { namespaces: { read: readNamespaces, default: allNamespaces() } },

  /** Combinations that would be partly isolated in silence, or would change the host. */
  settle({ namespaces }) {
    const needs: [NamespaceName, NamespaceName, string][] = [
      ['pid', 'mount', 'its private /proc is a mount'],
      ['ipc', 'mount', 'POSIX shared memory is files in /dev/shm, which need a private mount'],
    ];
    if (process.geteuid?.() === 0) {
      needs.push(
        ['user', 'uts', "real root would change the host's hostname through /proc/sys"],
        ['user', 'ipc', "real root would change the host's IPC limits through /proc/sys"],
      );
    }
    for (const [name, needed, reason] of needs) {
      if (namespaces[name] !== false && namespaces[needed] === false) {
        throw new SandboxError(
          `The option "namespaces.${needed}" cannot be false while "namespaces.${name}" is not`,
          { option: `namespaces.${needed}`, reason: `Without it ${reason}.` },
        );
      }
    }
  },
};

function allNamespaces(): Record<NamespaceName, NamespaceChoice> {
  return Object.fromEntries(NAMESPACES.map(({ name }) => [name, true])) as Record<
    NamespaceName,
    NamespaceChoice
  >;
}

function readNamespaces(value: unknown, option: string): Record<NamespaceName, NamespaceChoice> {
  const choices = allNamespaces();
  for (const [key, choice] of Object.entries(checkObject(option, value))) {
    const name = ALIASES[key] ?? key;
    if (!(name in choices)) throw unknownOption(key, Object.keys(choices), `${option}.`);
    choices[name as NamespaceName] = checkOneOf(`${option}.${key}`, [true, false, 'try'], choice);
  }
  return choices;
}

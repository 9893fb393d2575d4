import { SandboxError } from '../../errors/sandbox-error';
import type { NamespaceName } from '../../namespaces';
import { checkObject, wrongOption } from '../check';

/** Whose a parameter is. A name that ends in a dot stands for all below it. */
const OWNERS: { name: string; namespace: NamespaceName }[] = [
  { name: 'net.', namespace: 'net' },
  { name: 'user.', namespace: 'user' },
  ...['fs.mqueue.', 'kernel.sem', 'kernel.msgmax', 'kernel.msgmnb', 'kernel.msgmni'].map(ofIpc),
  ...['kernel.shmall', 'kernel.shmmax', 'kernel.shmmni', 'kernel.shm_rmid_forced'].map(ofIpc),
];

function ofIpc(name: string) {
  return { name, namespace: 'ipc' as const };
}

/** These have options of their own. */
const OPTIONS: Record<string, string> = {
  'kernel.hostname': 'hostname',
  'kernel.domainname': 'domainname',
};

/** Name to value, as text. */
export type Sysctls = Record<string, string>;

export function readSysctls(value: unknown, option: string): Sysctls {
  return Object.fromEntries(
    Object.entries(checkObject(option, value)).map(([name, item]) => {
      const entry = `${option}["${name}"]`;
      checkOwner(name, entry);
      if (typeof item === 'number' && Number.isSafeInteger(item)) return [name, String(item)];
      if (typeof item !== 'string' || /[\0\n]/.test(item)) {
        throw wrongOption(entry, 'a string or a whole number', item);
      }
      return [name, item];
    }),
  );
}

function checkOwner(name: string, entry: string): void {
  const own = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
  if (own !== undefined) {
    throw new SandboxError(`The sysctl ${name} has an option of its own: "${own}"`, {
      option: entry,
      subject: name,
    });
  }
  if (ownerOf(name) === undefined) {
    throw new SandboxError(`The sysctl "${name}" cannot be a sandbox's own`, {
      option: entry,
      subject: name,
      reason: "It is the whole machine's, or there is none of that name.",
      fix: `Those of a namespace can be set: ${OWNERS.map((row) => row.name.replace(/\.$/, '.*')).join(', ')}`,
    });
  }
}

/** The namespace that a parameter belongs to; undefined: none. */
export function ownerOf(name: string): NamespaceName | undefined {
  // A slash stands for a dot in an interface's name, as sysctl(8) has it: two of them lead upwards.
  if (!/^[\w.,:@/-]+$/.test(name) || name.includes('//') || name.includes('..')) return undefined;
  const isOf = (row: string) => (row.endsWith('.') ? name.startsWith(row) : name === row);
  return OWNERS.find((row) => isOf(row.name) && name.length > 0 && !name.endsWith('.'))?.namespace;
}

import { SandboxError } from '../../errors/sandbox-error';
import { checkArray, checkKeys, checkText, unknownName, wrongOption } from '../check';

/** capabilities(7), in the kernel's order. */
export const CAPABILITIES = [
  ...['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_DAC_READ_SEARCH', 'CAP_FOWNER', 'CAP_FSETID'],
  ...['CAP_KILL', 'CAP_SETGID', 'CAP_SETUID', 'CAP_SETPCAP', 'CAP_LINUX_IMMUTABLE'],
  ...['CAP_NET_BIND_SERVICE', 'CAP_NET_BROADCAST', 'CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_IPC_LOCK'],
  ...['CAP_IPC_OWNER', 'CAP_SYS_MODULE', 'CAP_SYS_RAWIO', 'CAP_SYS_CHROOT', 'CAP_SYS_PTRACE'],
  ...['CAP_SYS_PACCT', 'CAP_SYS_ADMIN', 'CAP_SYS_BOOT', 'CAP_SYS_NICE', 'CAP_SYS_RESOURCE'],
  ...['CAP_SYS_TIME', 'CAP_SYS_TTY_CONFIG', 'CAP_MKNOD', 'CAP_LEASE', 'CAP_AUDIT_WRITE'],
  ...['CAP_AUDIT_CONTROL', 'CAP_SETFCAP', 'CAP_MAC_OVERRIDE', 'CAP_MAC_ADMIN', 'CAP_SYSLOG'],
  ...['CAP_WAKE_ALARM', 'CAP_BLOCK_SUSPEND', 'CAP_AUDIT_READ', 'CAP_PERFMON', 'CAP_BPF'],
  'CAP_CHECKPOINT_RESTORE',
];

export interface Capabilities {
  /** Had by the test process whoever it runs as, and by what it starts: they are ambient. */
  add?: string[];
  /** Out of reach of the test process and of all that it starts. */
  drop?: string[];
}

/** @throws SandboxError for an unknown name, or for one that is both added and dropped. */
export function readCapabilities(value: unknown, option: string): Required<Capabilities> {
  const given = checkKeys(option, value, ['add', 'drop']);
  const names = (key: 'add' | 'drop') =>
    checkArray(`${option}.${key}`, given[key] ?? []).map((item, index) =>
      readCapability(item, `${option}.${key}[${index}]`),
    );
  const [add, drop] = [names('add'), names('drop')];
  if (add.length === 0 && drop.length === 0) {
    throw wrongOption(option, 'an object with "add" or "drop"', value);
  }
  // "ALL" but for these is what the two together are for.
  const both = add.find((name) => drop.includes(name));
  if (both !== undefined) {
    throw new SandboxError(`The option "${option}" both adds and drops ${both}`, { option });
  }
  return { add, drop };
}

function readCapability(value: unknown, option: string): string {
  const given = checkText(option, value);
  if (given === 'ALL') return given;
  const name = given.startsWith('CAP_') ? given : `CAP_${given}`;
  if (!CAPABILITIES.includes(name)) {
    throw unknownName(option, 'capability', name, [...CAPABILITIES, 'ALL']);
  }
  return name;
}

import { CAPABILITIES, type Capability } from '../capabilities';
import { parseIdMap } from '../helpers/id-maps';
import type { IdMapping } from '../options/ids/id-maps';
import { nearest } from '../text/nearest';
import { PR } from './constants/processes';
import type { Core } from './core';
import type { AgentFiles } from './files';
import { mapText } from './id-maps';

export interface Capabilities {
  effective: Capability[];
  permitted: Capability[];
  inheritable: Capability[];
}

/** Real, effective and saved. credentials(7) */
export interface IdTriple {
  real: number;
  effective: number;
  saved: number;
}

// capset(2): version 3, of 64 bits.
const CAPABILITY_VERSION = 0x2008_0522;

/** Ids, their maps, and capabilities of the agent. */
export class AgentUser {
  constructor(
    private readonly core: Core,
    private readonly files: AgentFiles,
  ) {}

  uids(): IdTriple {
    return this.triple('getresuid');
  }

  gids(): IdTriple {
    return this.triple('getresgid');
  }

  /** -1 leaves an id as it is. setresuid(2) */
  setresuid(real: number, effective = real, saved = effective): void {
    this.core.call('setresuid', [real, effective, saved], { uid: effective });
  }

  setresgid(real: number, effective = real, saved = effective): void {
    this.core.call('setresgid', [real, effective, saved], { gid: effective });
  }

  /** The effective id alone, so that the old one can be taken again. seteuid(2) */
  seteuid(uid: number): void {
    this.setresuid(-1, uid, -1);
  }

  setegid(gid: number): void {
    this.setresgid(-1, gid, -1);
  }

  groups(): number[] {
    const count = this.core.call('getgroups', [0, null]);
    const list = Buffer.alloc(Math.max(4, 4 * count));
    const got = this.core.call('getgroups', [count, list]);
    return Array.from({ length: got }, (_, index) => list.readUInt32LE(4 * index));
  }

  setgroups(gids: readonly number[]): void {
    const list = Buffer.alloc(Math.max(4, 4 * gids.length));
    for (const [index, gid] of gids.entries()) list.writeUInt32LE(gid, 4 * index);
    this.core.call('setgroups', [gids.length, list]);
  }

  /** The maps of the agent's user namespace, as it sees them. user_namespaces(7) */
  maps(): { uid: IdMapping[]; gid: IdMapping[]; setgroups: string } {
    return {
      uid: parseIdMap(this.files.readFile('/proc/self/uid_map')),
      gid: parseIdMap(this.files.readFile('/proc/self/gid_map')),
      setgroups: this.files.readFile('/proc/self/setgroups').trim(),
    };
  }

  /** Writes a map, of its own user namespace unless a process says another; text is written as it is. */
  writeUidMap(map: readonly IdMapping[] | string, pid: number | 'self' = 'self'): void {
    this.writeMap('uid_map', mapText(map), pid);
  }

  writeGidMap(map: readonly IdMapping[] | string, pid: number | 'self' = 'self'): void {
    this.writeMap('gid_map', mapText(map), pid);
  }

  writeSetgroups(word: 'deny' | 'allow', pid: number | 'self' = 'self'): void {
    this.writeMap('setgroups', word, pid);
  }

  capabilities(): Capabilities {
    const { data } = this.capabilitySets('capget');
    const set = (index: number) =>
      capabilityNames(
        (BigInt(data.readUInt32LE(12 + 4 * index)) << 32n) | BigInt(data.readUInt32LE(4 * index)),
      );
    return { effective: set(0), permitted: set(1), inheritable: set(2) };
  }

  /** Sets that are left out stay as they are. capset(2) */
  setCapabilities(wanted: Partial<{ [Set in keyof Capabilities]: readonly Capability[] }>): void {
    const all = { ...this.capabilities(), ...wanted };
    const data = Buffer.alloc(24);
    for (const [index, names] of [all.effective, all.permitted, all.inheritable].entries()) {
      const bits = capabilityBits(names);
      data.writeUInt32LE(Number(bits & 0xffff_ffffn), 4 * index);
      data.writeUInt32LE(Number(bits >> 32n), 12 + 4 * index);
    }
    this.capabilitySets('capset', data);
  }

  /** The bounding set: what an execve(2) can give at most. */
  bounding(): Capability[] {
    return CAPABILITIES.filter((_, number) => {
      try {
        return this.core.call('prctl', [PR.PR_CAPBSET_READ, number, 0, 0, 0]) === 1;
      } catch (error) {
        // A kernel that does not know it yet.
        if ((error as { code?: string }).code === 'EINVAL') return false;
        throw error;
      }
    });
  }

  dropBounding(...names: Capability[]): void {
    for (const name of names) {
      this.core.call('prctl', [PR.PR_CAPBSET_DROP, capabilityNumber(name), 0, 0, 0], { name });
    }
  }

  /** The ambient set, which an execve(2) keeps without root. */
  ambient(): Capability[] {
    return CAPABILITIES.filter((_, number) => {
      try {
        return this.core.call('prctl', [PR.PR_CAP_AMBIENT, 1, number, 0, 0]) === 1;
      } catch (error) {
        if ((error as { code?: string }).code === 'EINVAL') return false;
        throw error;
      }
    });
  }

  raiseAmbient(...names: Capability[]): void {
    for (const name of names) {
      this.core.call('prctl', [PR.PR_CAP_AMBIENT, 2, capabilityNumber(name), 0, 0], { name });
    }
  }

  /** For good: no execve(2) gives more than there is. */
  setNoNewPrivileges(): void {
    this.core.call('prctl', [PR.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0]);
  }

  private triple(call: 'getresuid' | 'getresgid'): IdTriple {
    const [real, effective, saved] = [Buffer.alloc(4), Buffer.alloc(4), Buffer.alloc(4)];
    this.core.call(call, [real, effective, saved]);
    return {
      real: real.readUInt32LE(),
      effective: effective.readUInt32LE(),
      saved: saved.readUInt32LE(),
    };
  }

  /** Never makes the file, and writes once: the kernel takes a map in one write only. */
  private writeMap(file: string, text: string, pid: number | 'self'): void {
    this.files.writeFile(`/proc/${pid}/${file}`, text, { flags: 'O_WRONLY' });
  }

  private capabilitySets(call: 'capget' | 'capset', data = Buffer.alloc(24)): { data: Buffer } {
    const header = Buffer.alloc(8);
    header.writeUInt32LE(CAPABILITY_VERSION);
    this.core.call(call, [header, data]);
    return { data };
  }
}

function capabilityNames(bits: bigint): Capability[] {
  return CAPABILITIES.filter((_, number) => ((bits >> BigInt(number)) & 1n) === 1n);
}

function capabilityBits(names: readonly Capability[]): bigint {
  return names.reduce((bits, name) => bits | (1n << BigInt(capabilityNumber(name))), 0n);
}

function capabilityNumber(name: Capability): number {
  const number = CAPABILITIES.indexOf(name);
  if (number === -1) {
    const meant = nearest(String(name), CAPABILITIES);
    throw new TypeError(
      `Unknown capability "${name}".${meant ? ` Did you mean "${meant}"?` : ''} See capabilities(7)`,
    );
  }
  return number;
}

/** The option `network`: what a sandbox is connected with. */
import path from 'node:path';
import { SandboxError } from '../../errors/sandbox-error';
import { checkBoolean, checkInteger, checkKeys, checkOneOf } from '../check';
import { isExecutable } from '../executable';
import { effectiveCapabilities } from '../ids/capabilities';
import { checkCidr, checkInterfaceName } from './text';

/** The ways out of a sandbox. */
export type UplinkType = 'veth' | 'pasta' | 'slirp4netns';
export type NetworkType = 'none' | 'loopback' | 'host' | UplinkType;

export interface NetworkSettings {
  type: NetworkType;
  /**
   * veth: the IPv4 network out of which each sandbox takes four addresses. Others: the sandbox's own.
   * Default: one that the host has no route to.
   */
  cidr?: string;
  /** Maximum transmission unit of the interface inside. Default: the way's own. */
  mtu?: number;
  /** Name of the interface inside. Default: "eth0". */
  ifname?: string;
  /** veth: an existing bridge of the host's, of which the host end becomes a port. */
  bridge?: string;
  /** veth: the host translates addresses, so that the sandbox reaches what the host reaches. Default: without a bridge. */
  nat?: boolean;
  /** pasta, slirp4netns: the gateway's address does not stand for the host's loopback. Default: true. */
  disableHostLoopback?: boolean;
}

export interface Uplink {
  type: UplinkType;
  cidr?: string;
  mtu?: number;
  ifname: string;
  bridge?: string;
  nat?: boolean;
  disableHostLoopback?: boolean;
  /** The program that does it, where one does. */
  program?: string;
}

export interface CheckedNetwork {
  /** Undefined where the option was not given: other options say it then. */
  type: NetworkType | undefined;
  uplink?: Uplink;
}

type Setting = Exclude<keyof NetworkSettings, 'type'>;

interface Kind {
  settings: Setting[];
  /** The program, and the Debian package that has it. */
  program?: { name: string; package: string };
  /** cidr leaves this many bits to the sandbox's addresses, at least. */
  hostBits?: number;
}

const BY_PROGRAM: Setting[] = ['cidr', 'mtu', 'ifname', 'disableHostLoopback'];

const KINDS: Record<NetworkType, Kind> = {
  none: { settings: [] },
  loopback: { settings: [] },
  host: { settings: [] },
  veth: { settings: ['cidr', 'mtu', 'ifname', 'bridge', 'nat'], hostBits: 2 },
  pasta: { settings: BY_PROGRAM, program: { name: 'pasta', package: 'passt' }, hostBits: 2 },
  // It refuses a longer prefix than 25: its own addresses are .2, .3 and .100.
  slirp4netns: {
    settings: BY_PROGRAM,
    program: { name: 'slirp4netns', package: 'slirp4netns' },
    hostBits: 7,
  },
};

const TYPES = Object.keys(KINDS) as NetworkType[];

const READERS: { [Name in Setting]: (value: unknown, option: string, kind: Kind) => unknown } = {
  cidr: (value, option, { hostBits = 2 }) => checkCidr(option, value, hostBits),
  // rfc791 wants every link to carry 68 bytes; 65520 is the most that all three ways take.
  mtu: (value, option) => checkInteger(option, value, 68, 65_520),
  ifname: readIfname,
  bridge: (value, option) => checkInterfaceName(option, value),
  nat: (value, option) => checkBoolean(option, value),
  disableHostLoopback: (value, option) => checkBoolean(option, value),
};

function readIfname(value: unknown, option: string): string {
  const name = checkInterfaceName(option, value);
  if (name !== 'lo') return name;
  throw new SandboxError(`The option "${option}" cannot be "lo"`, {
    option,
    reason: 'Every network namespace has that one from the start.',
  });
}

export function readNetwork(value: unknown, option: string): CheckedNetwork {
  const given: Record<string, unknown> =
    typeof value === 'object' && value !== null
      ? checkKeys(option, value, ['type', ...Object.keys(READERS)])
      : { type: value };
  const isObject = typeof value === 'object';
  const type = checkOneOf(isObject ? `${option}.type` : option, TYPES, given.type as NetworkType);
  const settings = readSettings(given, option, type);
  return isUplink(type) ? { type, uplink: toUplink(type, settings) } : { type };
}

function readSettings(
  given: Record<string, unknown>,
  option: string,
  type: NetworkType,
): Partial<NetworkSettings> {
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (name === 'type' || value === undefined) continue;
    if (!KINDS[type].settings.includes(name as Setting)) {
      const takes = TYPES.filter((other) => KINDS[other].settings.includes(name as Setting));
      throw new SandboxError(
        `The option "${option}.${name}" has no effect with the type "${type}": it belongs to ${takes.join(', ')}`,
        { option: `${option}.${name}` },
      );
    }
    settings[name] = READERS[name as Setting](value, `${option}.${name}`, KINDS[type]);
  }
  return settings as Partial<NetworkSettings>;
}

function isUplink(type: NetworkType): type is UplinkType {
  return KINDS[type].settings.length > 0;
}

function toUplink(type: UplinkType, settings: Partial<NetworkSettings>): Uplink {
  const { program } = KINDS[type];
  return {
    ifname: 'eth0',
    ...(type === 'veth' ? { nat: settings.bridge === undefined } : { disableHostLoopback: true }),
    ...settings,
    type,
    ...(program === undefined ? {} : { program: findProgram(program) }),
  };
}

function findProgram({ name, package: debian }: { name: string; package: string }): string {
  // sbin: an ordinary user's PATH may lack it.
  const folders = [
    ...(process.env.PATH ?? '').split(':'),
    '/usr/bin',
    '/usr/sbin',
    '/usr/local/bin',
  ];
  const found = folders
    // ns-init is told in words that end at a comma.
    .filter((folder) => path.isAbsolute(folder) && !folder.includes(','))
    .map((folder) => path.join(folder, name))
    .find(isExecutable);
  if (found !== undefined) return found;
  throw new SandboxError(
    `The program ${name}, which the option "network" asks for, is not installed`,
    {
      option: 'network',
      subject: name,
      code: 'ENOENT',
      fix: `Run: sudo apt-get install ${debian}`,
    },
  );
}

const CAP_NET_ADMIN = 12n;

/** A veth pair has one end on the host, whose network only CAP_NET_ADMIN there may change. */
export function requireRightToVeth(): void {
  if (effectiveCapabilities()(CAP_NET_ADMIN)) return;
  throw new SandboxError('The option "network" cannot be "veth" for an ordinary user', {
    option: 'network',
    code: 'EPERM',
    reason:
      "A veth pair has one end in the host's network, and to change that takes CAP_NET_ADMIN.",
    fix: "Run as root, or set network: 'pasta' (sudo apt-get install passt), which needs no rights.",
  });
}

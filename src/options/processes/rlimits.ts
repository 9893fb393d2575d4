import { SandboxError } from '../../errors/sandbox-error';
import { checkKeys, checkObject, unknownName, wrongOption } from '../check';

/** getrlimit(2), without their RLIMIT_. */
export const RLIMITS = [
  ...(['as', 'core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice'] as const),
  ...(['nofile', 'nproc', 'rss', 'rtprio', 'rttime', 'sigpending', 'stack'] as const),
] as const;

export type RlimitName = (typeof RLIMITS)[number];

/** A number, no limit at all, or what the soft or the hard limit is outside. */
export type RlimitValue = number | 'unlimited' | 'soft' | 'hard';

/** One value for both, or each of its own; what is left out stays as it is. */
export type Rlimit = RlimitValue | { soft?: RlimitValue; hard?: RlimitValue };

export interface CheckedRlimit {
  name: RlimitName;
  soft: RlimitValue | undefined;
  hard: RlimitValue | undefined;
}

export function readRlimits(value: unknown, option: string): CheckedRlimit[] {
  const limits = Object.entries(checkObject(option, value)).map(([key, item]) =>
    readRlimit(item, key, option),
  );
  const names = limits.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new SandboxError(`The option "${option}" has the limit "${twice}" twice`, { option });
  }
  return limits;
}

function readRlimit(value: unknown, key: string, parent: string): CheckedRlimit {
  // The name of getrlimit(2) and of the OCI's configuration is as good.
  const short = key.startsWith('RLIMIT_') ? key.slice('RLIMIT_'.length).toLowerCase() : key;
  const name = RLIMITS.find((known) => known === short);
  if (name === undefined) throw unknownName(`${parent}`, 'limit', key, RLIMITS);
  const option = `${parent}.${key}`;
  const isPair = typeof value === 'object' && value !== null;
  const given = isPair ? checkKeys(option, value, ['soft', 'hard']) : { soft: value, hard: value };
  const half = (which: 'soft' | 'hard') => {
    if (isPair && given[which] === undefined) return undefined;
    return checkValue(isPair ? `${option}.${which}` : option, given[which]);
  };
  const limit = { name, soft: half('soft'), hard: half('hard') };
  if (limit.soft === undefined && limit.hard === undefined) {
    throw wrongOption(option, 'a value, or an object with "soft" or "hard"', value);
  }
  if (isAbove(limit.soft, limit.hard)) {
    throw new SandboxError(
      `The option "${option}" has a soft limit (${limit.soft}) above its hard limit (${limit.hard})`,
      { option },
    );
  }
  return limit;
}

function checkValue(option: string, value: unknown): RlimitValue {
  const isWord = value === 'unlimited' || value === 'soft' || value === 'hard';
  if (!isWord && !(Number.isSafeInteger(value) && Number(value) >= 0)) {
    throw wrongOption(option, "a whole number from 0, 'unlimited', 'soft' or 'hard'", value);
  }
  return value as RlimitValue;
}

/** As far as it can be known without asking for the limits outside. */
function isAbove(soft: RlimitValue | undefined, hard: RlimitValue | undefined): boolean {
  if (typeof hard !== 'number') return false;
  return soft === 'unlimited' || (typeof soft === 'number' && soft > hard);
}

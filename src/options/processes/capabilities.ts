import { CAPABILITIES } from '../../capabilities';
import { SandboxError } from '../../errors/sandbox-error';
import { checkArray, checkKeys, checkText, unknownName, wrongOption } from '../check';

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
  if (!CAPABILITIES.some((known) => known === name)) {
    throw unknownName(option, 'capability', name, [...CAPABILITIES, 'ALL']);
  }
  return name;
}

import { OPTION_NAMES } from '../../../src/options/read-options';
import type { Makers } from './combine';
import { CONTRADICTIONS, MAKERS, UNKNOWN_NAMES, WRONG_TYPES } from './makers';
import { Random } from './random';
import type { Scene } from './scene';

/** How likely a value is one that may be wrong, or is, and how likely the whole contradicts itself. */
const TAME = { edge: 0, wrong: 0, slips: 0 };
const DARING = { edge: 0.5, wrong: 0, slips: 0.1 };
const WILD = { edge: 0.25, wrong: 0.25, slips: 0.3 };

/** The random options of one number: the same again for the same seed. */
export function randomOptions(seed: number, number: number, scene: Scene): Record<string, unknown> {
  const random = new Random(seed * 1_000_003 + number);
  // Half of them are to be opened; the rest is to be refused, each for another slip.
  const temper = random.pick([TAME, TAME, DARING, WILD]);
  const options: Record<string, unknown> = {};
  for (const name of random.some(OPTION_NAMES, 0, random.pick([1, 2, 4, 8]))) {
    const makers = MAKERS[name] as Makers;
    const draw = random.next();
    const kind =
      draw < temper.wrong ? 'wrong' : draw < temper.wrong + temper.edge ? 'edge' : 'valid';
    const isOfWrongType = kind === 'wrong' && random.chance(0.5);
    options[name] = random.pick(isOfWrongType ? WRONG_TYPES : makers[kind])(random, scene);
  }
  if (random.chance(temper.slips)) {
    Object.assign(options, random.pick(CONTRADICTIONS));
  }
  if (random.chance(temper.slips / 4)) {
    // Not assigned: "__proto__" is to be a key like any other.
    Object.defineProperty(options, random.pick(UNKNOWN_NAMES), {
      value: random.pick(WRONG_TYPES)(random, scene),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return options;
}

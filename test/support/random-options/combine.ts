/** Makers of values, and how greater ones are made of them. */
import type { Random } from './random';
import type { Scene } from './scene';

export type Maker = (random: Random, scene: Scene) => unknown;

export interface Makers {
  /** What a sandbox can be opened with, by itself. */
  valid: Maker[];
  /** Right or wrong by a hair, by what the machine has, or by what else is asked for. */
  edge: Maker[];
  /** Of the right type, and wrong. */
  wrong: Maker[];
}

/** One of these values. */
export const oneOf =
  (...values: unknown[]): Maker =>
  (random) =>
    random.pick(values);

/** One of these, which name what is there to be named. */
export const ofScene =
  (...makers: ((scene: Scene) => unknown)[]): Maker =>
  (random, scene) =>
    random.pick(makers)(scene);

export const listOf =
  (min: number, max: number, ...items: Maker[]): Maker =>
  (random, scene) =>
    Array.from({ length: random.integer(min, max) }, () => random.pick(items)(random, scene));

export const object =
  (parts: Record<string, Maker>): Maker =>
  (random, scene) =>
    Object.fromEntries(Object.entries(parts).map(([key, make]) => [key, make(random, scene)]));

/** An object that has some of the further keys, too. */
export const withSome =
  (parts: Record<string, Maker>, more: Record<string, Maker>): Maker =>
  (random, scene) => {
    const further = Object.fromEntries(random.some(Object.entries(more), 0, 3));
    return object({ ...parts, ...further })(random, scene);
  };

export const BOOLEAN = oneOf(true, false);

export const BOOLEANS: Makers = {
  valid: [BOOLEAN],
  edge: [BOOLEAN],
  wrong: [oneOf(0, 1, 'true', 'no')],
};

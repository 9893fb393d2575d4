/**
 * No two copies may draw the same "random" numbers, although each of them has inherited the state that V8
 * and Node draw them from.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';

/** More than a copy is likely to draw of what this leaves apart. */
const APART = 1024;

/**
 * In the fork server, after each copy: moves on what the next one will start with. Math.random of this
 * realm, and the isolate's own generator, from which each new realm takes its seed; an object's
 * identity hash is one draw of it.
 */
export function separateRandomNumbers(): void {
  const objects = new WeakSet();
  for (let count = 0; count < APART; count += 1) {
    Math.random();
    objects.add({});
  }
}

/** Node fetches its random bytes in batches: so many calls of each kind use one up. lib/internal/crypto/random.js */
const INTEGERS = 1024;
const UUIDS = 128;
/** Of the bytes behind `randomInt`, which reads six at once. */
const LAST_INTEGER = (INTEGERS - 1) * 6;

/** In the fork server, before the first copy: uses up what Node has fetched, so that each copy fetches its own. */
export function useUpIntegers(): void {
  const { readUIntBE } = Buffer.prototype;
  let last: number | undefined;
  Buffer.prototype.readUIntBE = function observed(offset: number, length: number) {
    last = offset;
    return readUIntBE.call(this, offset, length);
  };
  try {
    for (let count = 0; count < INTEGERS && last !== LAST_INTEGER; count += 1) randomInt(2);
  } finally {
    Buffer.prototype.readUIntBE = readUIntBE;
  }
}

/** In a copy: how many of a batch are left does not show. */
export function useUpUuids(): void {
  for (let count = 0; count < UUIDS; count += 1) randomUUID();
}

/**
 * In a copy: gives a realm that has drawn no number yet a seed that no other copy of this fork server
 * has. V8 reads the flag when the first number is drawn.
 *
 * @param draw Math.random of that realm.
 */
export function seedRealm(seed: number, draw: () => number): void {
  setFlagsFromString(`--random-seed=${seed}`);
  draw();
  setFlagsFromString('--random-seed=0');
}

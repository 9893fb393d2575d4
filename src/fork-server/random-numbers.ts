/** No two copies may draw the same "random" numbers: V8 draws all from state that each of them has inherited. */
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

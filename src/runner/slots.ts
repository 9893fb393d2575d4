/** At most so many tasks at once, each in a numbered slot, as Jest numbers its workers: from 1. */
export class Slots {
  readonly #free: number[];
  readonly #waiting: ((slot: number) => void)[] = [];

  constructor(count: number) {
    this.#free = Array.from({ length: count }, (_, index) => index + 1);
  }

  /** Runs `task` in the next free slot, in the order of the calls. */
  async use<T>(task: (slot: number) => Promise<T>): Promise<T> {
    const slot =
      this.#free.shift() ?? (await new Promise<number>((resolve) => this.#waiting.push(resolve)));
    try {
      return await task(slot);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(slot);
      else this.#free.unshift(slot);
    }
  }
}

import type { TestEvent } from '../channel/messages';
import type { SendMessageToJest } from '../jest/types';

/** A reporter that never comes back does not keep the file from ending, as in plain Jest. */
const LONGEST_WAIT_MS = 5000;

/**
 * Hands a file's events to Jest, each when the one before has been dealt with. Many arrive at once, and
 * Jest asks one reporter after the other: the second would be told of a result before its start.
 */
export class EventQueue {
  #sent: Promise<void> = Promise.resolve();
  readonly #sendMessageToJest: SendMessageToJest | undefined;

  constructor(sendMessageToJest: SendMessageToJest | undefined) {
    this.#sendMessageToJest = sendMessageToJest;
  }

  send({ name, payload }: TestEvent): void {
    this.#sent = this.#sent.then(async () => {
      try {
        await this.#sendMessageToJest?.(name, payload);
      } catch (error) {
        // A reporter's mistake ends Jest as an unhandled rejection, which it is in plain Jest.
        void Promise.reject(error);
      }
    });
  }

  /** Resolves when Jest has dealt with every event so far, or takes too long over one. */
  async settled(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LONGEST_WAIT_MS);
    });
    await Promise.race([this.#sent, tooLong]);
    clearTimeout(timer);
  }
}

/** The test process's end of the channel. */
import { Socket } from 'node:net';
import { decode, encode } from '../channel/encode';
import { readLines } from '../channel/lines';
import type { FromTestProcess, ToTestProcess } from '../channel/messages';
import { writeAtOnce } from './write-at-once';

export type Tell = (message: FromTestProcess) => void;

export class Border {
  readonly #channel: Socket;
  /** Captured before a test can replace it. */
  readonly #write: Socket['write'];

  constructor(fd: number) {
    this.#channel = new Socket({ fd });
    // When Jest is gone, so are we in a moment: the lifeline sees to it.
    this.#channel.on('error', () => {});
    this.#write = this.#channel.write.bind(this.#channel);
  }

  /** Waits for the one request. */
  receive(): Promise<ToTestProcess> {
    const channel = this.#channel;
    return new Promise((resolve) => {
      readLines(channel, (line) => {
        resolve(decode(line) as ToTestProcess);
        // From here on the channel must not keep a finished test process alive.
        channel.pause();
        channel.unref();
        // What is told while the file runs has left when the test process is killed.
        writeAtOnce(channel);
      });
    });
  }

  /** Sends a message on its way. */
  readonly tell: Tell = (message) => {
    this.#write(encode(message));
  };

  /** Sends a message and waits until it has left this process. */
  answer(message: FromTestProcess): Promise<void> {
    this.#channel.ref();
    return new Promise((resolve) => this.#write(encode(message), () => resolve()));
  }
}

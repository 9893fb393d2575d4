/** The test process's end of the channel. */
import { Socket } from 'node:net';
import { decode, encode } from '../channel/encode';
import { readLines } from '../channel/lines';
import type { FromTestProcess, ToTestProcess } from '../channel/messages';
import { descriptorsBeside } from '../launch/init-arguments/descriptors';
import { writeAtOnce } from './write-at-once';

/** Told behind the script's name, where a worker of Jest's has nothing. */
const passFds = process.argv.splice(2).flatMap((list) => list.split(',').map(Number));

export const descriptors = descriptorsBeside(passFds);

const channel = new Socket({ fd: descriptors.channel });
// When Jest is gone, so are we in a moment: the lifeline sees to it.
channel.on('error', () => {});

/** Captured before a test can replace it. */
const write = channel.write.bind(channel);

/** Waits for the one request. */
export function receive(): Promise<ToTestProcess> {
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
export function tell(message: FromTestProcess): void {
  write(encode(message));
}

/** Sends a message and waits until it has left this process. */
export function answer(message: FromTestProcess): Promise<void> {
  channel.ref();
  return new Promise((resolve) => write(encode(message), () => resolve()));
}

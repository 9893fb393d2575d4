/** What Jest wants of the fork server, and the answer. No handle of it stays open: copies would have it, too. */
import { Socket } from 'node:net';
import { decode, encode } from '../channel/encode';
import { readLines } from '../channel/lines';
import type { ForkServerAnswer, ForkServerOrder } from '../channel/messages';

export interface Order extends ForkServerOrder {
  /** Tells that copies can be had, or why not, and hangs up. */
  answer(refusal: string | undefined): Promise<void>;
  /** In a copy that has no part in it. */
  close(): void;
}

export function receiveOrder(fd: number): Promise<Order> {
  const socket = new Socket({ fd });
  // Whoever ordered is gone: the socket of the requests tells that, too.
  socket.on('error', () => {});
  return new Promise((resolve) => {
    readLines(socket, (line) => {
      const order = decode(line) as ForkServerOrder;
      const answer = (refusal: string | undefined) => hangUp(socket, { refusal });
      resolve({ ...order, answer, close: () => void socket.destroy() });
    });
  });
}

function hangUp(socket: Socket, answer: ForkServerAnswer): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.end(encode(answer), () => socket.destroy());
  });
}

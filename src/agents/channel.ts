import fs from 'node:fs';
import { callNative } from '../native/load';
import { type Answer, parseAnswer } from './wire';

export interface Reply extends Answer {
  /** Descriptors of this process that came along. */
  descriptors: number[];
  /** The agent's process id, as this process sees it. */
  pid: number;
}

/** Node's end of the socket to one agent: a request, then its answer. */
export class Channel {
  private closed = false;

  constructor(private readonly descriptor: number) {}

  /** EPIPE if the agent is gone. */
  send(bytes: Buffer, descriptors: number[] = []): void {
    callNative('agentSend', [this.descriptor, bytes, descriptors]);
  }

  /** 'late' if nothing comes in time, 'ended' if the agent is gone. */
  receive(timeLimit: number): Reply | 'late' | 'ended' {
    const message = callNative('agentReceive', [this.descriptor, timeLimit]);
    if (message === null) return 'late';
    const { bytes, descriptors, pid } = message;
    return bytes.length === 0 ? 'ended' : { ...parseAnswer(bytes), descriptors, pid };
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    fs.closeSync(this.descriptor);
  }
}

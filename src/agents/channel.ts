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
  /** Answers on their way that nobody waits for any more. */
  private forgone = 0;

  constructor(private readonly descriptor: number) {}

  /** EPIPE if the agent is gone. */
  send(bytes: Buffer, descriptors: number[] = []): void {
    callNative('agentSend', [this.descriptor, bytes, descriptors]);
  }

  /** 'late' if nothing comes in time, 'ended' if the agent is gone or this end is closed. */
  receive(timeLimit: number): Reply | 'late' | 'ended' {
    for (;;) {
      // The number may be another file's by now, or another agent's channel.
      if (this.closed) return 'ended';
      const message = callNative('agentReceive', [this.descriptor, timeLimit]);
      if (message === null) return 'late';
      const { bytes, descriptors, pid } = message;
      if (bytes.length === 0) return 'ended';
      if (this.forgone === 0) return { ...parseAnswer(bytes), descriptors, pid };
      this.forgone -= 1;
    }
  }

  /** The answer that was late is not waited for: it will not be taken for the next one's. */
  forgo(): void {
    this.forgone += 1;
  }

  /** Whether the agent is still at something that was given up. */
  get isBehind(): boolean {
    return this.forgone > 0;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    fs.closeSync(this.descriptor);
  }
}

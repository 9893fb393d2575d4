import type { Core } from './core';
import { struct } from './struct';
import { MAX_DATA } from './wire';

const IOVEC = struct({ base: 'u64', length: 'u64' });
const LOCAL = struct({ base: 'pointer', length: 'u64' });

/** The agent's own memory, by address: what shmat(2) or mmap(2) returned. */
export class AgentMemory {
  constructor(private readonly core: Core) {}

  read(address: number | bigint, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    this.move('process_vm_readv', address, bytes);
    return bytes;
  }

  write(address: number | bigint, data: string | Uint8Array): void {
    this.move('process_vm_writev', address, Buffer.from(data as string));
  }

  /** process_vm_readv(2): a process may always look at itself. */
  private move(
    call: 'process_vm_readv' | 'process_vm_writev',
    address: number | bigint,
    bytes: Buffer,
  ): void {
    const self = this.core.call('getpid', []);
    // What ends before memory does that is not there is no error yet: the rest is.
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + MAX_DATA);
      const from = BigInt(address) + BigInt(at);
      const local = LOCAL.pack({ base: part, length: part.length });
      const remote = IOVEC.pack({ base: from, length: part.length });
      const facts = { address: `0x${from.toString(16)}` };
      at += this.core.call(call, [self, local, 1, remote, 1, 0], facts);
    }
  }
}

import type { Core } from './core';
import { struct } from './struct';
import { MAX_DATA } from './wire';

const IOVEC = struct({ base: 'u64', length: 'u64' });
const LOCAL = struct({ base: 'pointer', length: 'u64' });

/** The agent's own memory, by address: what shmat(2) or mmap(2) returned. */
export class AgentMemory {
  constructor(private readonly core: Core) {}

  read(address: number | bigint, length: number): Buffer {
    const bytes = Buffer.alloc(Math.min(length, MAX_DATA));
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
    const local = LOCAL.pack({ base: bytes, length: bytes.length });
    const remote = IOVEC.pack({ base: address, length: bytes.length });
    const facts = { address: `0x${address.toString(16)}` };
    this.core.call(call, [self, local, 1, remote, 1, 0], facts);
  }
}

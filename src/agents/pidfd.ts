import { POLL, type SIG } from './constants/files';
import { PIDFD_NAMESPACE } from './constants/ioctl';
import type { Core } from './core';
import type { AgentFiles } from './files';
import type { Memory } from './memory';
import type { NamespaceFile } from './namespaces';
import { signalNumber } from './signals';
import { millisecondsSpec } from './timespec';

/** Descriptors of processes. pidfd_open(2) */
export class AgentPidfd {
  constructor(
    private readonly core: Core,
    private readonly files: AgentFiles,
  ) {}

  /** A descriptor of the agent for a process. */
  open(pid: number, flags = 0): number {
    return this.core.call('pidfd_open', [pid, flags], { pid });
  }

  /** pidfd_send_signal(2); `info` is a raw siginfo_t. */
  sendSignal(
    fd: number,
    signal: keyof typeof SIG | number,
    { info = null, flags = 0 }: { info?: Memory | Uint8Array | null; flags?: number } = {},
  ): void {
    this.core.call('pidfd_send_signal', [fd, signalNumber(signal), info, flags], { fd });
  }

  /** A copy of another process's descriptor. pidfd_getfd(2) */
  getfd(fd: number, target: number): number {
    return this.core.call('pidfd_getfd', [fd, target, 0], { fd });
  }

  /** Whether its process ends within so many milliseconds. */
  hasEnded(fd: number, milliseconds = 0): boolean {
    const request = Buffer.alloc(8);
    request.writeInt32LE(fd);
    request.writeInt16LE(POLL.POLLIN, 4);
    const limit = millisecondsSpec(milliseconds);
    return this.core.call('ppoll', [request, 1, limit, null, 0], { fd }) === 1;
  }

  /** Its inode number: with pidfs one for each process that ever was. */
  inode(fd: number): number {
    return this.files.fstat(fd).ino;
  }

  /** A descriptor of a namespace of its process. */
  namespace(fd: number, name: NamespaceFile): number {
    const facts = { fd, namespace: name };
    return this.core.call('ioctl', [fd, PIDFD_NAMESPACE[name], 0], facts);
  }
}

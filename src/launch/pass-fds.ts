import { fstatSync } from 'node:fs';
import { SandboxError } from '../errors/sandbox-error';

/** @throws SandboxError when this process has no such descriptor to hand on. */
export function checkOpen(fd: number): void {
  try {
    fstatSync(fd);
  } catch (error) {
    const { code = 'EBADF' } = error as NodeJS.ErrnoException;
    throw new SandboxError(`There is no open descriptor ${fd} to pass on`, {
      option: 'passFds',
      subject: String(fd),
      code,
      // A worker of jest-worker's, which starts with descriptors of its own only.
      ...(process.env.JEST_WORKER_ID === undefined || process.send === undefined
        ? {}
        : {
            reason: "This is a worker of Jest's, which has none of the descriptors of Jest itself.",
            fix: "Use the preset, whose sandboxes are opened by Jest's own process, or --runInBand.",
          }),
    });
  }
}

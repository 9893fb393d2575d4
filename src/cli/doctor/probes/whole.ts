/** The default sandbox, with a Node in it. */
import { readlinkSync } from 'node:fs';
import { SandboxError } from '../../../errors/sandbox-error';
import { NAMESPACES } from '../../../namespaces';
import type { Probe } from '../probe';
import { trySandbox } from '../try-sandbox';

const FILES = NAMESPACES.map(({ file }) => `/proc/self/ns/${file}`);

/** Prints what a test process compares. */
const PRINT_IDS = `console.log(JSON.stringify(${JSON.stringify(FILES)}.map((file) => require('node:fs').readlinkSync(file))))`;

export const WHOLE_PROBES: Probe[] = [
  {
    name: 'sandbox',
    enables: 'the default sandbox, with Node.js in it',
    async ask() {
      const { stdout, exitCode, signal } = await trySandbox({}, [
        process.execPath,
        '-e',
        PRINT_IDS,
      ]);
      if (exitCode !== 0) {
        throw new SandboxError(
          `Node.js ended in the sandbox (${signal ?? `exit code ${exitCode}`})`,
        );
      }
      const inside = JSON.parse(stdout) as string[];
      const shared = FILES.filter((file, index) => readlinkSync(file) === inside[index]);
      if (shared.length === 0) return 'no namespace is shared with the host';
      throw new SandboxError(
        `The sandbox is not isolated: inside, ${shared.join(', ')} are the host's`,
        {
          step: 'verify isolation',
        },
      );
    },
  },
];

/** What there has to be before any sandbox: the package's binaries, and Jest's cache. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { hintFor } from '../../../errors/pitfalls';
import { SandboxError } from '../../../errors/sandbox-error';
import { startChild } from '../../../launch/child-process';
import { startError } from '../../../launch/open-sandbox';
import { binaryPath, callNative, processWide, requireBinaries } from '../../../native/load';
import type { Probe } from '../probe';
import { readConfig } from '../project';

const AGENT_STARTS_MS = 10_000;

export const PACKAGE_PROBES: Probe[] = [
  {
    name: 'binaries',
    enables: 'everything: ns-init, ns-agent and the addon run here',
    async ask() {
      requireBinaries();
      processWide();
      const init = binaryPath('ns-init');
      await runOnce(init);
      const { pid, channel } = callNative('agentStart', [binaryPath('ns-agent')]);
      const hello = callNative('agentReceive', [channel, AGENT_STARTS_MS]);
      // It lives as long as its channel.
      callNative('close', [channel]);
      callNative('waitpid', [pid, 0]);
      if (!hello?.pid) throw new Error('ns-agent did not start');
      return undefined;
    },
  },
];

/** Without arguments it prints how it is used. */
async function runOnce(init: string): Promise<void> {
  try {
    await startChild(init, [], {}, ['ignore', 'pipe', 'pipe']).ended;
  } catch (error) {
    throw startError(init, error as NodeJS.ErrnoException);
  }
}

/** Less than Jest writes for any project. */
const SAMPLE = Buffer.alloc(64 * 1024);

export const CACHE_PROBES: Probe[] = [
  {
    name: 'cache',
    enables: "Jest's cache directory, which Jest itself cannot do without",
    async ask() {
      const cacheDirectory = await readConfig(process.cwd()).then(
        ({ projectConfig }) => projectConfig.cacheDirectory,
        usualCache,
      );
      try {
        mkdirSync(cacheDirectory, { recursive: true });
        const folder = mkdtempSync(path.join(cacheDirectory, 'ns-jest-doctor-'));
        try {
          writeFileSync(path.join(folder, 'sample'), SAMPLE);
        } finally {
          rmSync(folder, { recursive: true });
        }
      } catch (error) {
        throw cacheError(cacheDirectory, error as NodeJS.ErrnoException);
      }
      return cacheDirectory;
    },
  },
];

/** Where no configuration can be read. https://jestjs.io/docs/configuration#cachedirectory-string */
function usualCache(): string {
  return path.join(os.tmpdir(), `jest_${(process.getuid?.() ?? 0).toString(36)}`);
}

function cacheError(directory: string, { code = '' }: NodeJS.ErrnoException): SandboxError {
  return new SandboxError(`Jest cannot write to its cache directory ${directory}: ${code}`, {
    ...{ step: 'write cache', subject: directory, code },
    ...hintFor('write cache', code, directory),
  });
}

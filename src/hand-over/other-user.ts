/** A test process that is another user than Jest may not write what is Jest's. */
import os from 'node:os';
import path from 'node:path';
import { SandboxError } from '../errors/sandbox-error';
import type { ProjectConfig } from '../jest/types';
import type { IdSpec } from '../options/ids/spec';
import type { SandboxSpec } from '../options/sandbox-spec';

/**
 * What he wrote into Jest's cache Jest could not trust. So he has one of his own: in a covered $TMPDIR it
 * lasts as long as the sandbox.
 */
export function withOwnCache(config: ProjectConfig, { ids }: SandboxSpec): ProjectConfig {
  if (!ids.otherUser) return config;
  return { ...config, cacheDirectory: path.join(os.tmpdir(), `ns-jest-cache-${userOf(ids)}`) };
}

/** Snapshots are written by the test process: where it may not, the kernel's answer alone says too little. */
export function explainRefusal(error: unknown, { ids }: SandboxSpec): unknown {
  const message = String((error as Error)?.message);
  const isRefused = /^EACCES: .*, \w+ '|^ENOENT: .*, open '.*\.snap'$/.test(message);
  if (!ids.otherUser || !isRefused) return error;
  return new SandboxError(message, {
    step: 'run the file',
    reason: `The test process is another user than Jest (id ${userOf(ids)} inside), who may not write there.`,
    fix: 'Let that user write the snapshots, or write them without "uid" and run with it and --ci.',
  });
}

function userOf({ user, init }: IdSpec): number {
  return user?.uid ?? init?.uid ?? 0;
}

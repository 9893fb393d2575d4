/** Root file systems from tar archives, unpacked once. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  utimesSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SandboxError } from '../../errors/sandbox-error';

/** A root that no run has used for this long is removed when another is unpacked. */
const UNUSED_MS = 30 * 24 * 60 * 60 * 1000;
/** What is older and bears a temporary name was left by a process that was killed. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;
const TEMPORARY = '.new-';
const REMOVED = '.old-';

/** Digests of this process: a gigabyte takes seconds to read. */
const digests = new Map<string, string>();

/**
 * The directory that an archive was unpacked into, by whichever worker came first. Sandboxes use it
 * below an overlay, so it never changes.
 *
 * @throws SandboxError when it cannot be unpacked; nothing is left then.
 */
export function unpackedRoot(archive: string): string {
  const roots = rootsFolder();
  const root = path.join(roots, digestOf(archive));
  if (!existsSync(root)) {
    removeUnused(roots);
    unpack(archive, roots, root);
  }
  const now = new Date();
  // Read by removeUnused alone.
  utimesSync(root, now, now);
  return path.join(root, 'root');
}

/** file-hierarchy(7), XDG_CACHE_HOME */
function rootsPath(): string {
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  return path.join(cache, 'ns-jest', 'roots');
}

function rootsFolder(): string {
  const folder = rootsPath();
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new SandboxError(`Could not make a folder for unpacked root file systems: ${message}`, {
      option: 'root.source',
      subject: folder,
      code,
      fix: 'Set XDG_CACHE_HOME to a folder that may be written to.',
    });
  }
  return folder;
}

function digestOf(archive: string): string {
  const status = readable(archive);
  const key = [archive, status.ino, status.size, status.mtimeMs].join('\0');
  const known = digests.get(key);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  const fd = openSync(archive, 'r');
  const chunk = Buffer.allocUnsafe(1 << 20);
  for (let size = readSync(fd, chunk); size > 0; size = readSync(fd, chunk)) {
    hash.update(chunk.subarray(0, size));
  }
  closeSync(fd);
  // A user who may not keep owners unpacks another tree than root does.
  const digest = `${hash.digest('hex').slice(0, 40)}-${keepsOwners() ? 'owners' : 'own'}`;
  digests.set(key, digest);
  return digest;
}

function readable(archive: string): Stats {
  try {
    closeSync(openSync(archive, 'r'));
    return statSync(archive);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new SandboxError(`The archive of "root" cannot be read: ${message}`, {
      option: 'root.source',
      subject: archive,
      code,
    });
  }
}

function keepsOwners(): boolean {
  return process.geteuid?.() === 0;
}

function unpack(archive: string, roots: string, root: string): void {
  const temporary = mkdtempSync(path.join(roots, TEMPORARY));
  const target = path.join(temporary, 'root');
  mkdirSync(target);
  // Device nodes are refused to ordinary users, and /dev is mounted anyway.
  const asUser = ['--no-same-owner', '--anchored', '--exclude=dev/*', '--exclude=./dev/*'];
  const { status, stderr, error } = spawnSync(
    'tar',
    [
      '--extract',
      `--file=${archive}`,
      // Or a colon in the name would make it another machine's.
      '--force-local',
      `--directory=${target}`,
      '--numeric-owner',
      ...(keepsOwners() ? [] : asUser),
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) {
    removeUnpacked(temporary);
    const told = stderr?.trim().split('\n')[0] ?? '';
    throw new SandboxError(`The archive of "root" cannot be unpacked: ${archive}`, {
      option: 'root.source',
      subject: archive,
      reason: error ? `tar cannot be run: ${error.message}` : told,
    });
  }
  try {
    renameSync(temporary, root);
  } catch {
    // Another worker was faster: with the same archive, so with the same result.
    removeUnpacked(temporary);
    if (!existsSync(root)) throw new SandboxError(`Could not make ${root}`, { subject: root });
  }
}

function removeUnused(roots: string): void {
  for (const name of readdirSync(roots)) {
    const folder = path.join(roots, name);
    const age = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    const isTemporary = name.startsWith(TEMPORARY) || name.startsWith(REMOVED);
    if (age < (isTemporary ? ABANDONED_MS : UNUSED_MS)) continue;
    const removed = isTemporary ? folder : path.join(roots, `${REMOVED}${name}`);
    try {
      // By another name first: nobody is to find half of it.
      if (!isTemporary) renameSync(folder, removed);
      removeUnpacked(removed);
    } catch {
      // Another worker is at it.
    }
  }
}

/** Who makes or removes one is done with a step of it by then, or has a program at it. */
const STEP_MS = 60 * 1000;

/** Those that were neither finished nor removed, of whoever is not at it right now. */
export function unfinishedRoots(): string[] {
  const roots = rootsPath();
  if (!existsSync(roots)) return [];
  return readdirSync(roots)
    .filter((name) => name.startsWith(TEMPORARY) || name.startsWith(REMOVED))
    .map((name) => path.join(roots, name))
    .filter((folder) => {
      const changed = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
      return changed !== undefined && Date.now() - changed > STEP_MS;
    });
}

/** Archives hold directories that their owner may not write to. */
export function removeUnpacked(folder: string): void {
  execFileSync('chmod', ['-R', 'u+rwX', folder], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}

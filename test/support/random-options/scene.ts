/** Files and descriptors that random options may name. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exitsAtOnce } from './tiny-program';

export interface Scene {
  folder: string;
  /** A project, with nothing in it but the program. */
  project: string;
  /** A program without libraries, which exits with 0. */
  program: string;
  /** A root file system that has nothing to run. */
  tree: string;
  /** Another, whose name has what overlays and words of ns-init have to escape. */
  oddTree: string;
  archive: string;
  corruptArchive: string;
  upper: string;
  work: string;
  /** An open descriptor. */
  fd: number;
}

export function makeScene(): Scene {
  // Below a directory that sandboxes cover, as projects may be; and readable for whom they become.
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-test-'));
  chmodSync(folder, 0o755);
  const at = (name: string) => path.join(folder, name);
  const scene: Scene = {
    folder,
    project: at('project'),
    program: at('project/exits-at-once'),
    tree: at('tree'),
    oddTree: at('odd tree: a,b\\c'),
    archive: at('tree.tar'),
    corruptArchive: at('corrupt.tar.gz'),
    upper: at('layers/upper'),
    work: at('layers/work'),
    fd: openSync('/dev/null', 'r'),
  };
  for (const directory of [
    'project',
    'cache',
    'tree/etc',
    'tree/srv',
    'layers/upper',
    'layers/work',
  ]) {
    mkdirSync(at(directory), { recursive: true });
  }
  mkdirSync(scene.oddTree);
  writeFileSync(at('tree/etc/motd'), 'from the tree\n');
  writeFileSync(scene.corruptArchive, 'no archive');
  execFileSync('tar', ['-c', '-C', scene.tree, '-f', scene.archive, '.']);
  writeFileSync(scene.program, exitsAtOnce(process.arch), { mode: 0o755 });
  return scene;
}

/** All that is there, with sizes and owners: sandboxes change none of it. */
export function listed({ folder }: Scene): string {
  // The unpacked archive is told apart: it is meant to be left.
  return execFileSync(
    'find',
    [folder, '-path', '*/cache/*', '-prune', '-o', '-printf', '%P %y %m %u %s\n'],
    {
      encoding: 'utf8',
    },
  )
    .split('\n')
    .sort()
    .join('\n');
}

export function removeScene({ folder, fd }: Scene): void {
  closeSync(fd);
  execFileSync('chmod', ['-R', 'u+rwX', folder]);
  rmSync(folder, { recursive: true });
}

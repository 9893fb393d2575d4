/** What scripts/test-package.sh has made ready: the packed package, and machines to try it on. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PACKAGE } from './package';

const CACHE = process.env.NS_JEST_PACKAGE_CACHE ?? path.join(PACKAGE, '.cache');

export const VERSION: string = JSON.parse(
  readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'),
).version;

export const ARCHITECTURES = ['x64', 'arm64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

export const MINIMAL_DEBIAN = path.join(CACHE, 'minimal-debian');

/** Node as its makers build it. */
export function nodeOf(architecture: Architecture): string {
  return path.join(
    CACHE,
    `node-22-${architecture}`,
    'node_modules',
    `node-linux-${architecture}`,
    'bin',
    'node',
  );
}

export function tarball(): string {
  const file = path.join(CACHE, 'package', `ns-jest-${VERSION}.tgz`);
  if (!existsSync(file)) throw new Error(`There is no ${file}: sh scripts/test-package.sh`);
  return file;
}

/** A new folder in which the package is installed, as far as unpacking goes. */
export function installed(): { folder: string; package: string; remove(): void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-test-'));
  const target = path.join(folder, 'node_modules', 'ns-jest');
  execFileSync('mkdir', ['-p', target]);
  execFileSync('tar', ['-xzf', tarball(), '-C', target, '--strip-components=1']);
  return { folder, package: target, remove: () => rmSync(folder, { recursive: true }) };
}

/** Scratch projects, and the commands that run Jest in them. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package: this repository. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Makes a project of the given files, by name, that has the package as npm would install it. */
export function makeProject(files) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-benchmark-'));
  const modules = path.join(folder, 'node_modules');
  mkdirSync(path.join(modules, '.bin'), { recursive: true });
  copyPackage(path.join(modules, 'ns-jest'));
  for (const name of ['jest', 'ts-jest', 'typescript', '@types']) {
    symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name));
  }
  symlinkSync(path.join('..', 'jest', 'bin', 'jest.js'), path.join(modules, '.bin', 'jest'));
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

/** No link: Jest would take what is outside `node_modules` for the project's own source, and compile it. */
function copyPackage(to) {
  const { files } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  for (const name of ['package.json', ...files]) {
    cpSync(path.join(ROOT, name), path.join(to, name), { recursive: true });
  }
}

export function removeProject(folder) {
  rmSync(folder, { recursive: true });
}

/** Jest's cache is the project's own, so that it can be emptied. */
export function cacheOf(folder) {
  return path.join(folder, '.cache');
}

/** With `launch: 'fork'` a file that cannot be run by a copy fails: never measure the one for the other. */
const FORK = { testEnvironmentOptions: { launch: 'fork' } };

/** The ways to run a project's files. */
export const WAYS = {
  plain: { name: 'plain Jest', config: { testEnvironment: 'node' } },
  fork: {
    name: 'preset, fork',
    config: { preset: 'ns-jest', ...FORK },
  },
  exec: {
    name: 'preset, exec',
    config: { preset: 'ns-jest' },
    env: { NS_JEST_LAUNCH: 'exec' },
  },
  alone: {
    name: 'environment alone, fork',
    config: { testEnvironment: 'ns-jest', ...FORK },
  },
};

/** The command that runs a project's files in one of the ways. */
export function jestCommand(folder, way, workers, config = {}) {
  const all = { rootDir: folder, cacheDirectory: cacheOf(folder), ...config, ...way.config };
  return {
    name: way.name,
    env: way.env,
    command: [
      ...[process.execPath, path.join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js')],
      ...['--config', JSON.stringify(all), '-w', String(workers), '--silent'],
    ],
  };
}

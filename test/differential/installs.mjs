/**
 * Installs what the fixtures need, once for each layout and each version of Jest, and this package anew.
 *
 *   node test/differential/installs.mjs [npm-29 npm-30 pnpm-29 pnpm-30]
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyPackage } from './compare/workshop.mjs';

const PACKAGE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const CACHE = path.join(PACKAGE, '.cache', 'differential');
const PNPM = 'pnpm@10.34.8';

/** What the fixtures load, with exact versions. */
const COMMON = {
  '@babel/core': '7.29.7',
  '@babel/preset-env': '7.29.7',
  '@swc/core': '1.16.22',
  '@swc/jest': '0.2.39',
  'jest-junit': '17.0.0',
  'ts-jest': '29.4.15',
  typescript: '6.0.3',
};
const JEST = {
  29: { version: '29.7.0', other: '30.5.2', prettier: '2.8.7' },
  30: { version: '30.5.2', other: '29.7.0', prettier: '3.10.1' },
};
/** Of the other version of Jest, as `other-...`: what a project mixes by mistake. */
const MIXED = ['jest-circus', 'jest-environment-node'];
/** Of Jest's own packages, those that a fixture names itself. */
const NAMED = [
  'jest',
  'babel-jest',
  'jest-circus',
  'jest-environment-jsdom',
  'jest-environment-node',
  'jest-jasmine2',
  'jest-runtime',
  '@jest/globals',
  '@jest/reporters',
];

const LAYOUTS = {
  npm: (folder) => run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], folder),
  pnpm: (folder) => {
    const tool = `${folder}-tool`;
    if (!existsSync(tool)) {
      run('npm', ['install', '--no-audit', '--no-fund', '--prefix', tool, PNPM], CACHE);
    }
    const pnpm = path.join(tool, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
    // @swc/core has a script that only checks its own binary.
    run(process.execPath, [pnpm, 'install', '--ignore-scripts', '--no-lockfile'], folder);
  },
};

function manifest(jest) {
  const { version, other, prettier } = JEST[jest];
  return {
    name: 'fixtures',
    private: true,
    dependencies: {
      ...COMMON,
      prettier,
      ...Object.fromEntries(NAMED.map((name) => [name, version])),
      ...Object.fromEntries(MIXED.map((name) => [`other-${name}`, `npm:${name}@${other}`])),
      'ns-jest': 'file:ns-jest.tgz',
    },
  };
}

function install(name) {
  const [layout, jest] = name.split('-');
  if (!LAYOUTS[layout] || !JEST[jest]) throw new Error(`No such installation: ${name}`);
  const folder = path.join(CACHE, name);
  const wanted = `${JSON.stringify(manifest(jest), null, 2)}\n`;
  const file = path.join(folder, 'package.json');
  if (!existsSync(file) || readFileSync(file, 'utf8') !== wanted) {
    console.log(`installs: ${name}`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    pack(folder);
    writeFileSync(file, wanted);
    try {
      LAYOUTS[layout](folder);
    } catch (error) {
      // Half an installation must not look like one.
      rmSync(file);
      throw error;
    }
  }
  const installed = realpathSync(path.join(folder, 'node_modules', 'ns-jest'));
  for (const part of ['dist', 'prebuilds']) {
    rmSync(path.join(installed, part), { recursive: true, force: true });
  }
  copyPackage(installed);
}

/** Packed, so that pnpm lays it out like any other package; what is built is copied afterwards. */
function pack(folder) {
  const words = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  const output = run('npm', words, PACKAGE);
  renameSync(path.join(folder, output.trim().split('\n').pop()), path.join(folder, 'ns-jest.tgz'));
}

function run(command, words, cwd) {
  return execFileSync(command, words, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

mkdirSync(CACHE, { recursive: true });
const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : ['npm-29', 'npm-30', 'pnpm-29', 'pnpm-30'])
  install(name);

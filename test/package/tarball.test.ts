import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PACKAGE } from '../support/package';
import { ARCHITECTURES, installed, tarball } from '../support/packed';

const MEBI = 1024 * 1024;
const PROGRAMS = [
  'dist/cli/main.js',
  ...ARCHITECTURES.flatMap((architecture) =>
    ['ns-agent', 'ns-init', 'ns_jest.node'].map(
      (name) => `prebuilds/linux-${architecture}/${name}`,
    ),
  ),
];

interface Entry {
  mode: string;
  size: number;
  name: string;
}

/** tar's own list: "-rwxr-xr-x 0/0  1234 1985-10-26 08:15 package/dist/index.js". */
function entries(): Entry[] {
  return execFileSync('tar', ['-tvzf', tarball(), '--numeric-owner'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => {
      const [mode = '', , size, , , name = ''] = line.split(/\s+/);
      return { mode, size: Number(size), name: name.replace(/^package\//, '') };
    });
}

describe('the tarball', () => {
  test('holds what is used, and nothing else', () => {
    const tops = new Set(entries().map(({ name }) => name.split('/')[0]));
    expect([...tops].sort()).toEqual([
      ...['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'docs', 'jest-preset.js'],
      ...['package.json', 'prebuilds'],
    ]);
    const kinds = entries()
      .filter(({ name }) => name.startsWith('dist/'))
      .filter(({ name }) => !/\.(js|d\.ts)$/.test(name));
    expect(kinds).toEqual([]);
  });

  test('has each program executable for all, and all else readable for all', () => {
    const modes = Object.fromEntries(entries().map(({ name, mode }) => [name, mode]));
    expect(modes).toMatchObject(Object.fromEntries(PROGRAMS.map((name) => [name, '-rwxr-xr-x'])));
    const others = Object.entries(modes).filter(([name]) => !PROGRAMS.includes(name));
    expect(others.filter(([, mode]) => mode !== '-rw-r--r--')).toEqual([]);
  });

  test('is small', () => {
    const unpacked = entries().reduce((sum, { size }) => sum + size, 0);
    expect(statSync(tarball()).size).toBeLessThan(2.5 * MEBI);
    expect(unpacked).toBeLessThan(6 * MEBI);
  });
});

describe('the package, unpacked', () => {
  let at: ReturnType<typeof installed>;
  const manifest = () => JSON.parse(readFileSync(path.join(at.package, 'package.json'), 'utf8'));

  beforeAll(() => {
    at = installed();
    for (const name of [
      '@types',
      '@jest',
      'expect',
      'jest-mock',
      'jest-runner',
      'jest-environment',
    ])
      symlinkSync(
        path.join(PACKAGE, 'node_modules', name),
        path.join(at.folder, 'node_modules', name),
      );
  });

  afterAll(() => at.remove());

  test('runs nothing when it is installed, and brings no other package along', () => {
    const { scripts, dependencies, optionalDependencies } = manifest();
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
      expect(scripts).not.toHaveProperty(name);
    }
    // npm would build it.
    expect(existsSync(path.join(at.package, 'binding.gyp'))).toBe(false);
    expect({ dependencies, optionalDependencies }).toEqual({});
  });

  test('has every file that its package.json names', () => {
    const { main, types, bin, exports } = manifest();
    const files = JSON.stringify([main, types, bin, exports]).match(/\.\/[^"]+\.\w+/g) ?? [];
    const paths = files.filter((file) => /\.(js|ts|json)$/.test(file));
    expect(paths.length).toBeGreaterThan(8);
    expect(paths.filter((file) => !existsSync(path.join(at.package, file)))).toEqual([]);
  });

  test('publint has no objection', () => {
    const publint = path.join(PACKAGE, 'node_modules', '.bin', 'publint');
    // Of its suggestions one is not for us: Jest asks for a default export.
    const said = execFileSync(publint, ['--level', 'error', tarball()], { encoding: 'utf8' });
    expect(said).toContain('All good!');
  });

  const KINDS = [
    {
      kind: 'a CommonJS module',
      file: 'use.cts',
      imports: `import nsJest = require('ns-jest');
        import { ns } from 'ns-jest';
        import runner = require('ns-jest/runner');`,
    },
    {
      kind: 'an ES module',
      file: 'use.mts',
      imports: `import nsJest, { ns } from 'ns-jest';
        import runner from 'ns-jest/runner';`,
    },
  ];
  const USE = `
    const list: () => readonly { name: string }[] = ns.processes.list;
    const Environment: new (...words: never[]) => object = nsJest.default;
    const Runner: new (...words: never[]) => object = runner.default;
    console.log(typeof list, typeof Runner, typeof nsJest.isSystemError, Environment !== undefined);`;

  test.each(KINDS)('to $kind types and values are the same', ({ file, imports }) => {
    writeFileSync(path.join(at.folder, file), `${imports}\n${USE}\n`);
    const tsc = path.join(PACKAGE, 'node_modules', '.bin', 'tsc');
    execFileSync(
      tsc,
      [
        ...['--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,esnext.disposable'],
        ...['--strict', '--skipLibCheck', 'false', '--types', 'node', file],
      ],
      { cwd: at.folder, stdio: ['ignore', 'inherit', 'inherit'] },
    );
    const said = execFileSync(process.execPath, [file.replace('ts', 'js')], {
      cwd: at.folder,
      encoding: 'utf8',
    });
    expect(said).toBe('function function function true\n');
  });
});

/** V8's code of modules, kept in a file: modules run as Node runs them, from there or not. */
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PACKAGE } from '../support/package';

const MODULE_CODE = path.join(PACKAGE, 'dist', 'test-process', 'module-code.js');
const COUNT = 30;

/** What code without a file of its own can import. */
const MODULE_URL = 'data:text/javascript,export const name = 7';

const SOURCE_MAP = JSON.stringify({
  version: 3,
  sources: ['original.ts'],
  names: [],
  mappings: 'AAIA',
});

const MODULES: Record<string, string> = {
  'facts.js': `
    const { id, filename, loaded, children, paths } = module;
    const other = require('./other');
    module.exports = {
      words: [id, filename, loaded, __filename, __dirname, paths.length, children.length],
      this: this === exports,
      other: [require('./other') === other, require.cache[other.filename].exports === other],
      resolve: [require.resolve('./other'), require.resolve.paths('x').length, require.resolve('fs')],
      main: require.main === process.mainModule,
      extensions: Object.keys(require.extensions),
      strict: (function () { return this === undefined; })(),
      arguments: arguments.length,
      require: [require.name, typeof require.prototype, require.resolve.name, require.resolve.paths.name],
    };`,
  'other.js': `'use strict'; exports.filename = __filename; exports.parent = module.parent?.filename;`,
  'stack.js': `exports.line = new Error('x').stack.split('\\n').slice(0, 2);\nexports.next = new Error('y').stack.split('\\n')[1];`,
  'imports.js': `exports.loading = import('./module.mjs');`,
  // Each writes the word in two parts: it is not to be found in the text of these.
  'evaluates.js': `exports.loading = (0, eval)('imp' + 'ort("${MODULE_URL}")');`,
  'evaluates-perhaps.js': `exports.loading = eval?.('imp' + 'ort("${MODULE_URL}")');`,
  'constructs.js': `
    const AsyncFunction = (async () => {}).constructor;
    exports.loading = new AsyncFunction('return await imp' + 'ort("${MODULE_URL}")')();`,
  'module.mjs': `export const name = 'of an ES module';`,
  'empty.js': '',
  'bang.js': `#!/usr/bin/env node\nexports.bang = true;`,
  'json.js': `exports.json = require('./package.json').name;`,
  'throws.js': `throw new Error('at load');`,
  'broken.js': `const = 1;`,
  'mapped.js': `exports.stack = new Error('mapped').stack.split('\\n')[1];
//# sourceMappingURL=data:application/json;base64,${btoa(SOURCE_MAP)}`,
  ...Object.fromEntries(
    Array.from({ length: COUNT }, (_, n) => [
      `many-${n}.js`,
      `exports.sum = (a) => { let s = 0; for (let i = 0; i < a; i += 1) s += i; return s + ${n}; };`,
    ]),
  ),
  'package.json': '{"name":"installed"}',
};

const PROGRAM = `
const path = require('node:path');
const [folder, isOurs] = process.argv.slice(2);
const { ModuleCode } = require(${JSON.stringify(MODULE_CODE)});
const code = new ModuleCode(path.join(folder, 'kept'), 'project');
const uninstall = isOurs === 'ours' ? code.install() : () => {};
const load = (name) => {
  try { return require(path.join(folder, 'node_modules', 'installed', name)); }
  catch (error) { return { threw: error.name + ': ' + error.message, at: error.stack.split('\\n')[0] }; }
};
(async () => {
  const seen = {};
  for (const name of ['facts', 'other', 'stack', 'empty', 'bang', 'json', 'throws', 'broken', 'mapped']) seen[name] = load(name + '.js');
  for (const name of ['imports', 'evaluates', 'evaluates-perhaps', 'constructs']) {
    seen[name] = await Promise.resolve(load(name + '.js').loading).then(({ name }) => name, String);
  }
  seen.sums = [];
  for (let n = 0; n < ${COUNT}; n += 1) seen.sums.push(load('many-' + n + '.js').sum(10));
  uninstall();
  code.save();
  console.log(JSON.stringify(seen));
})();
`;

describe('modules of a package', () => {
  let folder: string;
  const run = (isOurs: 'ours' | 'nodes', flags: string[] = []) => {
    const args = [...flags, path.join(folder, 'program.js'), folder, isOurs];
    const output = execFileSync(process.execPath, args, { encoding: 'utf8' });
    return JSON.parse(output) as Record<string, unknown>;
  };
  const write = (name: string, text: string) =>
    writeFileSync(path.join(folder, 'node_modules', 'installed', name), text);
  const keptFile = () => {
    const [name = 'none', ...others] = readdirSync(path.join(folder, 'kept'));
    expect(others).toEqual([]);
    return path.join(folder, 'kept', name);
  };

  let nodes: Record<string, unknown>;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-test-'));
    mkdirSync(path.join(folder, 'node_modules', 'installed'), { recursive: true });
    for (const [name, text] of Object.entries(MODULES)) write(name, text);
    writeFileSync(path.join(folder, 'program.js'), PROGRAM);
    nodes = run('nodes');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('run as Node runs them, before their code is kept and after', () => {
    expect(nodes).toMatchObject({
      json: { json: 'installed' },
      throws: { threw: 'Error: at load' },
      imports: 'of an ES module',
      constructs: 7,
    });
    expect(run('ours')).toEqual(nodes);
    const { mtimeMs, size } = statSync(keptFile());
    expect(size).toBeGreaterThan(COUNT * 100);
    expect(run('ours')).toEqual(nodes);
    // All of it was there.
    expect(statSync(keptFile()).mtimeMs).toBe(mtimeMs);
  });

  test('what has changed is compiled anew, though it is as long', () => {
    write('many-0.js', (MODULES['many-0.js'] as string).replace('s + 0', 's + 7'));
    expect(run('ours').sums).toEqual([52, ...(nodes.sums as number[]).slice(1)]);
    write('many-0.js', MODULES['many-0.js'] as string);
  });

  test('source maps tell where', () => {
    const flags = ['--enable-source-maps'];
    const mapped = run('nodes', flags);
    expect(mapped.mapped).toEqual({ stack: expect.stringContaining('original.ts:5') });
    expect(run('ours', flags)).toEqual(mapped);
  });

  test.each<[string, (file: string) => void]>([
    ['is not whole', (file) => truncateSync(file, 5000)],
    ['is next to nothing', (file) => truncateSync(file, 2)],
    [
      'has another bit',
      (file) => {
        const all = readFileSync(file);
        const middle = Math.floor(all.length / 2);
        all[middle] = (all[middle] as number) ^ 1;
        writeFileSync(file, all);
      },
    ],
    [
      'has a page of nothing',
      (file) => writeFileSync(file, readFileSync(file).fill(0, 4096, 8192)),
    ],
    [
      'is a link',
      (file) => {
        renameSync(file, `${folder}/elsewhere`);
        symlinkSync(`${folder}/elsewhere`, file);
      },
    ],
  ])('a file that %s is none, and made anew', (_, damage) => {
    expect(run('ours')).toEqual(nodes);
    const whole = readFileSync(keptFile());
    damage(keptFile());
    expect(run('ours')).toEqual(nodes);
    expect(readFileSync(keptFile()).length).toBeGreaterThan(whole.length / 2);
    expect(lstatSync(keptFile()).isFile()).toBe(true);
  });

  test('where nothing can be kept they run', () => {
    rmSync(path.join(folder, 'kept'), { recursive: true });
    writeFileSync(path.join(folder, 'kept'), '');
    expect(run('ours')).toEqual(nodes);
  });
});

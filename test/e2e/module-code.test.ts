/** V8's code of modules, kept in a file: modules run as Node runs them, from there or not. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PACKAGE } from '../support/package';

const MODULE_CODE = path.join(PACKAGE, 'dist', 'test-process', 'module-code.js');
const COUNT = 30;

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
    };`,
  'other.js': `'use strict'; exports.filename = __filename; exports.parent = module.parent?.filename;`,
  'stack.js': `exports.line = new Error('x').stack.split('\\n').slice(0, 2);\nexports.next = new Error('y').stack.split('\\n')[1];`,
  'imports.js': `exports.loading = import('./module.mjs');`,
  'module.mjs': `export const name = 'of an ES module';`,
  'empty.js': '',
  'bang.js': `#!/usr/bin/env node\nexports.bang = true;`,
  'json.js': `exports.json = require('./package.json').name;`,
  'throws.js': `throw new Error('at load');`,
  'broken.js': `const = 1;`,
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
const code = new ModuleCode(path.join(folder, 'kept'));
if (isOurs === 'ours') code.install();
const load = (name) => {
  try { return require(path.join(folder, 'node_modules', 'installed', name)); }
  catch (error) { return { threw: error.name + ': ' + error.message, at: error.stack.split('\\n')[0] }; }
};
(async () => {
  const seen = {};
  for (const name of ['facts', 'other', 'stack', 'empty', 'bang', 'json', 'throws', 'broken']) seen[name] = load(name + '.js');
  seen.imports = { ...(await load('imports.js').loading) };
  seen.sums = [];
  for (let n = 0; n < ${COUNT}; n += 1) seen.sums.push(load('many-' + n + '.js').sum(10));
  code.save();
  console.log(JSON.stringify(seen));
})();
`;

describe('modules of a package', () => {
  let folder: string;
  const run = (isOurs: 'ours' | 'nodes') => {
    const program = path.join(folder, 'program.js');
    const output = execFileSync(process.execPath, [program, folder, isOurs], { encoding: 'utf8' });
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

  test('a file that is not whole is none', () => {
    truncateSync(keptFile(), 5000);
    expect(run('ours')).toEqual(nodes);
    truncateSync(keptFile(), 2);
    expect(run('ours')).toEqual(nodes);
  });

  test('where nothing can be kept they run', () => {
    rmSync(path.join(folder, 'kept'), { recursive: true });
    writeFileSync(path.join(folder, 'kept'), '');
    expect(run('ours')).toEqual(nodes);
  });
});

/** The code that copies inherit: each function is made of it anew, as Node would have compiled it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { PACKAGE } from '../support/package';

const CODE_CACHE = path.join(PACKAGE, 'dist', 'fork-server', 'code-cache.js');

const PROGRAM = `
const vm = require('node:vm');
const { Script } = vm;
let scripts = 0;
vm.Script = class extends Script { constructor(...args) { super(...args); scripts += 1; } };
const { CodeCache } = require(${JSON.stringify(CODE_CACHE)});
const seen = {};
const compiled = (lent, code, more) => {
  const before = scripts;
  const parsingContext = vm.createContext({ there: 3 });
  const make = lent.compileFunction(code, ['a'], { filename: '/module.js', parsingContext, ...more });
  return [make(4), scripts - before];
};
(async () => {
  let lent;
  const cache = new CodeCache();
  await cache.keepFrom(async () => {
    lent = require('./node_modules/jest-runtime/index.js');
    seen.first = compiled(lent, 'return a + there;');
    seen.others = require('./node_modules/transformer/index.js') === vm;
  });
  seen.known = compiled(lent, 'return a + there;');
  seen.changed = compiled(lent, 'return a * there;');
  seen.options = compiled(lent, 'return a + there + y;', { contextExtensions: [{ y: 5 }] });
  const script = (more) => {
    const before = scripts;
    const one = new lent.Script('(there) => () => there + ' + more, { filename: '/s.js', columnOffset: 3 });
    return [one.runInThisContext()(1)(), scripts - before];
  };
  seen.unkept = [script(1), script(1)];
  cache.collect();
  seen.collected = [script(2), script(2), compiled(lent, 'return a + 5;')];
  const all = [...cache.collected()].map((one) => one.give());
  seen.handed = all.map(({ filename }) => filename);
  cache.add(all[0]);
  seen.left = [...cache.collected()].map(({ filename }) => filename);
  const other = new CodeCache();
  let another;
  delete require.cache[require.resolve('./node_modules/jest-runtime/index.js')];
  await other.keepFrom(async () => { another = require('./node_modules/jest-runtime/index.js'); });
  for (const each of all) other.add(each);
  lent = another;
  seen.added = [script(2), compiled(lent, 'return a + 5;')];
  seen.another = script(3);
  try { lent.compileFunction('\\nthrow new Error("x")', [], { filename: '/m.js', parsingContext: vm.createContext() })(); }
  catch (error) { seen.place = error.stack.split('\\n')[1].trim(); }
  console.log(JSON.stringify(seen));
})();
`;

test('what was compiled for jest-runtime is known afterwards, and to nobody else', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-test-'));
  try {
    for (const name of ['jest-runtime', 'transformer']) {
      mkdirSync(path.join(folder, 'node_modules', name), { recursive: true });
      const index = path.join(folder, 'node_modules', name, 'index.js');
      writeFileSync(index, `module.exports = require('vm');`);
    }
    writeFileSync(path.join(folder, 'program.js'), PROGRAM);
    const args = [path.join(folder, 'program.js')];
    expect(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))).toEqual({
      first: [7, 1],
      others: true,
      known: [7, 0],
      changed: [12, 0],
      options: [12, 0],
      unkept: [
        [2, 1],
        [2, 1],
      ],
      collected: [
        [3, 1],
        [3, 0],
        [9, 1],
      ],
      handed: ['/s.js', '/module.js'],
      left: ['/module.js'],
      added: [
        [3, 0],
        [9, 0],
      ],
      another: [4, 1],
      place: expect.stringContaining('/m.js:2:7'),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

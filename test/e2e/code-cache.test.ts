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
const { keepCode } = require(${JSON.stringify(CODE_CACHE)});
const seen = {};
const compiled = (lent, code, more) => {
  const before = scripts;
  const parsingContext = vm.createContext({ there: 3 });
  const make = lent.compileFunction(code, ['a'], { filename: '/module.js', parsingContext, ...more });
  return [make(4), scripts - before];
};
(async () => {
  let lent;
  await keepCode(async () => {
    lent = require('./node_modules/jest-runtime/index.js');
    seen.first = compiled(lent, 'return a + there;');
    seen.another = require('./node_modules/transformer/index.js') === vm;
  });
  seen.known = compiled(lent, 'return a + there;');
  seen.changed = compiled(lent, 'return a * there;');
  seen.options = compiled(lent, 'return a + there + y;', { contextExtensions: [{ y: 5 }] });
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
      another: true,
      known: [7, 0],
      changed: [12, 0],
      options: [12, 0],
      place: expect.stringContaining('/m.js:2:7'),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

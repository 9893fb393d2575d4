import { expect, test } from '@jest/globals';
import { mayImport } from '../../../src/text/may-import';

test.each([
  `const load = () => import('./other.js');`,
  `import.source('./x.wasm')`,
  `exports.load = async function () // @private\n{ return import('./x.mjs'); }`,
  `import /* comment */ ('./other.js')`,
  `eval(code)`,
  `(0, eval)(code)`,
  `globalThis["eval"](code)`,
  `new Function('return import("./other.js")')`,
  `AsyncFunction (code)`,
  `/** @type {import('./types.js').Type} */ const load = () => import('./other.js');`,
  `/** @type {Foo} */ (await import('./foo.mjs'))`,
  `/** @returns {Promise<X>} */ exports.load = () => import('./x.mjs')`,
  `var css='@page{margin:0}';exports.load=()=>import('./b.js')`,
  `const css = '@supports{' + (await import('./b.js')).css`,
  `const global = new Function("return this")(); new Function(code)`,
  `class A { @decorate() load() { return import('./other.js'); } }`,
])('%s', (code) => {
  expect(mayImport(code)).toBe(true);
});

test.each([
  `const important = (x) => x;`,
  `/** @typedef {import("webpack").Compiler} Compiler */`,
  ` * @param {typeof import("tinyglobby").glob} globby`,
  `switch (from) { case 'eval': break; }`,
  `execArgv.includes('--eval') || execArgv.includes("-e")`,
  `var global = new Function("return this")();`,
  `const retrieval = evaluate(x); function isFunction(x) { return typeof x === 'function'; }`,
])('not %s', (code) => {
  expect(mayImport(code)).toBe(false);
});

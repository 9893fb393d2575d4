/**
 * With `testEnvironment: 'ns-jest'` alone, the file is handed over at the one place where Jest would
 * run it: its test runner. Jest loads the environment module, and next the test runner; so reading the
 * environment class arms a hook for exactly the next module that is loaded by an absolute path. It
 * knows no path and changes no module: that one caller is given a delegate instead.
 */
import path from 'node:path';
import type { TestFramework } from '../jest/types';
import { loader } from './module-loader';

let armed = false;
/** Test runners that are wrapped each time they are loaded. */
const wrapped = new Set<string>();

/** jest-util loads test runners, and what a user's own module loads is none of ours. */
function isLoadedByJest(parent: unknown): boolean {
  const file = (parent as { filename?: string } | undefined)?.filename ?? '';
  return file.includes(`${path.sep}jest-util${path.sep}`);
}

/** A reporter or a runner, where somebody read the class with no test file to follow. */
function isClass(value: object): boolean {
  return Function.prototype.toString.call(value).startsWith('class');
}

type Wrap = (original: TestFramework) => TestFramework;

/**
 * Makes one test runner, by its file, always one that `wrap` returns. A class that extends ours is read
 * from us once, for the first of its files.
 */
export function alwaysWrapTestRunner(file: string, wrap: Wrap): void {
  if (wrapped.has(file)) return;
  wrapped.add(file);
  const load = loader._load;
  loader._load = function hooked(request, parent, isMain) {
    const loaded = load.call(this, request, parent, isMain);
    return request === file && isLoadedByJest(parent) ? wrapDefault(loaded, wrap) : loaded;
  };
}

/** Makes the next test runner that Jest loads one that `wrap` returns. */
export function wrapNextTestRunner(wrap: Wrap): void {
  if (armed) return;
  armed = true;
  const load = loader._load;
  const disarm = () => {
    loader._load = load;
    armed = false;
  };
  loader._load = function hooked(request, parent, isMain) {
    // jest-runtime is what Jest loads after the test runner: then it was an ES module, or none.
    if (request === 'jest-runtime') disarm();
    if (!path.isAbsolute(request) || !isLoadedByJest(parent)) {
      return load.call(this, request, parent, isMain);
    }
    disarm();
    return wrapDefault(load.call(this, request, parent, isMain), wrap);
  };
}

function wrapDefault(loaded: unknown, wrap: Wrap): unknown {
  const original = (loaded as { default?: unknown })?.default ?? loaded;
  if (typeof original !== 'function' || isClass(original)) return loaded;
  return { __esModule: true, default: wrap(original as TestFramework) };
}

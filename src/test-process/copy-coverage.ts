/**
 * When a file has run, jest-runner takes a copy of its coverage: an object of some thousand numbers, which our
 * answer copies once more. V8 copies it in a fraction of the time that code takes which runs for the first time.
 */
import { deserialize, serialize } from 'node:v8';
import { defaultExport, type JestPackages } from '../jest/find-jest';

interface RuntimePrototype {
  _environment?: { global: { __coverage__?: unknown } };
  getAllCoverageInfoCopy(): unknown;
}

const quick = new WeakSet<object>();

/** From here on the project's jest-runtime copies coverage like that, unless it is more than data. */
export function copyCoverageQuickly(jest: JestPackages): void {
  const { prototype } = defaultExport<{ prototype: RuntimePrototype }>(
    jest.require('jest-runtime'),
  );
  if (quick.has(prototype)) return;
  quick.add(prototype);
  const { getAllCoverageInfoCopy } = prototype;
  prototype.getAllCoverageInfoCopy = function copy() {
    try {
      return deserialize(serialize(this._environment?.global.__coverage__));
    } catch {
      return getAllCoverageInfoCopy.call(this);
    }
  };
}

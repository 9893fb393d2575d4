import path from 'node:path';

/** The package under test: this repository. */
export const PACKAGE = path.resolve(__dirname, '..', '..');

export const NS_INIT = path.join(
  process.env.NS_JEST_BINARIES ?? path.join(PACKAGE, 'prebuilds', `linux-${process.arch}`),
  'ns-init',
);

/** The Jest versions that are supported, by the folder each is installed in. */
export const JESTS = [
  { version: '30', folder: 'jest' },
  { version: '29', folder: 'jest-29' },
] as const;

/** The two lines of which either is enough. */
export const ENTRY_LINES = [
  { line: "preset: 'ns-jest'", config: { preset: 'ns-jest' } },
  { line: "testEnvironment: 'ns-jest'", config: { testEnvironment: 'ns-jest' } },
] as const;

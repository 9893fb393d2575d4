/** Kinds of tests, and a project for each. */
const typescript = {
  // Projects of their own.
  modulePathIgnorePatterns: [
    '<rootDir>/.cache/',
    '<rootDir>/test/differential/(fixtures|planted|idle)/',
  ],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/test/tsconfig.json' }] },
};

/** @type {import('jest').Config} */
module.exports = {
  // An e2e test is a whole run of Jest, or several, on a machine that may be busy.
  testTimeout: 120_000,
  projects: [
    {
      ...typescript,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/unit/**/*.test.ts'],
      testEnvironment: 'node',
    },
    {
      ...typescript,
      displayName: 'sandbox',
      // These run inside: the package tests itself.
      testMatch: ['<rootDir>/test/sandbox/**/*.test.ts'],
      testEnvironment: '<rootDir>/dist/index.js',
      moduleNameMapper: { '^ns-jest$': '<rootDir>/dist/index.js' },
    },
    {
      ...typescript,
      displayName: 'conformance',
      // Inside, too: behaviours of namespaces, by the public helpers.
      testMatch: ['<rootDir>/test/conformance/inside/**/*.test.ts'],
      testEnvironment: '<rootDir>/dist/index.js',
      // A second id, where an ordinary user has one to give.
      testEnvironmentOptions: { mapAuto: true },
      moduleNameMapper: { '^ns-jest$': '<rootDir>/dist/index.js' },
    },
    {
      ...typescript,
      displayName: 'conformance-outside',
      // Those that are seen from outside only, or need the namespaces that the machine started with.
      testMatch: ['<rootDir>/test/conformance/outside/**/*.test.ts'],
      testEnvironment: 'node',
      moduleNameMapper: { '^ns-jest$': '<rootDir>/dist/index.js' },
    },
    {
      ...typescript,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/{init,e2e}/**/*.test.ts'],
      testEnvironment: 'node',
    },
    {
      ...typescript,
      displayName: 'package',
      // What `npm pack` makes, on machines that have never seen this repository: sh scripts/test-package.sh
      testMatch: ['<rootDir>/test/package/**/*.test.ts'],
      testEnvironment: 'node',
    },
    {
      ...typescript,
      displayName: 'differential',
      testMatch: ['<rootDir>/test/differential/*.test.ts'],
      testEnvironment: 'node',
    },
  ],
};

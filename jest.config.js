/** Four kinds of tests, four projects. */
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
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/{init,e2e}/**/*.test.ts'],
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

const os = require('node:os');

module.exports = {
  testEnvironment: 'ns-jest',
  // This file and globalTeardown run on the host, as they always do: one says what the host is like
  // before, the other looks there for what the tests made inside.
  globals: { host: { hostname: os.hostname(), uid: process.getuid() } },
  globalTeardown: './not-on-the-host.js',
};

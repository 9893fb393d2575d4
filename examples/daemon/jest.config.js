module.exports = {
  testEnvironment: 'ns-jest',
  // These two run on the host, as they always do: they watch the sandbox from outside.
  globalSetup: './host/watch.js',
  globalTeardown: './host/verdict.js',
};

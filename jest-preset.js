module.exports = {
  runner: require.resolve('./dist/runner/index.js'),
  testEnvironment: require.resolve('./dist/index.js'),
};

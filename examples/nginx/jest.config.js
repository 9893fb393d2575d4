module.exports = {
  preset: 'ns-jest',
  // Both files at once, however few cores there are.
  maxWorkers: 2,
};

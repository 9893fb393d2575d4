module.exports = {
  preset: 'ns-jest',
  // All four files at once, however few cores there are.
  maxWorkers: 4,
};

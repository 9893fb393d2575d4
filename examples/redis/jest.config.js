module.exports = {
  preset: 'ns-jest',
  // All four files at once, however few cores there are and however fast they were the last time.
  maxWorkers: 4,
  workerIdleMemoryLimit: '1GB',
};

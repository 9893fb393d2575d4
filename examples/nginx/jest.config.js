module.exports = {
  preset: 'ns-jest',
  // Both files at once, however few cores there are and however fast they were the last time.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
};

const assert = require('node:assert');
const { findDaemon } = require('./find-daemon');

/** Fails the run unless the daemon was there and is there no more. */
module.exports = () => {
  const { seen, timer } = globalThis.daemonWatch;
  clearInterval(timer);
  assert(seen.size > 0, 'Expected the host to see the daemon while its test file ran');
  assert.deepStrictEqual(findDaemon(), [], 'Expected the daemon to end with its test file');
  console.log(
    `On the host the daemon was process ${[...seen].at(-1)}. It ended with its test file.`,
  );
};

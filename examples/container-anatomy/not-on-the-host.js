const assert = require('node:assert');
const { existsSync, readFileSync } = require('node:fs');
const { ns } = require('ns-jest');
const made = require('./made-inside');

/** Jest's globalTeardown: fails the run if anything that the tests made inside is on the host. */
module.exports = (_globalConfig, { globals }) => {
  assert.strictEqual(ns.hostname.get(), globals.host.hostname);
  assertNone(ns.messageQueues.list(), ({ key }) => key === made.messageQueueKey);
  // The host need not have an mqueue file system mounted to list its queues; but asking for one works.
  assert.throws(() => ns.posixQueues.attributes(made.posixQueue), { code: 'ENOENT' });
  assert(!existsSync(made.sharedMemoryFile));
  assertNone(ns.mounts.list(), ({ source }) => source === made.mountSource);
  assert(!readFileSync('/etc/hosts', 'utf8').includes(made.hostsEntry));
  assertNone(ns.addresses.list(), ({ address }) => address === made.address);
  assertNone(ns.routes.list(), ({ destination }) => destination === made.prohibited);
};

function assertNone(list, isOfTheTests) {
  assert.deepStrictEqual(list.filter(isOfTheTests), []);
}

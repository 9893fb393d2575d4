/** What the tests make, each in its own sandbox; not-on-the-host.js looks for it on the host. */
module.exports = {
  hostname: 'web-1',
  messageQueueKey: 0x6e736a31,
  posixQueue: '/ns-jest-anatomy',
  sharedMemoryFile: '/dev/shm/ns-jest-anatomy',
  mountSource: 'ns-jest-anatomy',
  hostsEntry: '203.0.113.7 anatomy.test',
  address: '198.51.100.1',
  prohibited: '203.0.113.0/24',
};

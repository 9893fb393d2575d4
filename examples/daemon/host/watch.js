const { findDaemon } = require('./find-daemon');

const EVERY_MS = 25;

/** Watches, from the host and for the whole run, whether the daemon is there. */
module.exports = () => {
  process.env.HEARTBEATS = `/tmp/heartbeats-${process.pid}`;
  const seen = new Set();
  const timer = setInterval(() => {
    for (const pid of findDaemon()) seen.add(pid);
  }, EVERY_MS);
  globalThis.daemonWatch = { seen, timer };
};

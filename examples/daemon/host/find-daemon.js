const { readdirSync, readFileSync } = require('node:fs');

/** The daemon's process ids on the host, which sees the processes of every sandbox. pid_namespaces(7) */
function findDaemon() {
  return readdirSync('/proc').filter(isDaemon).map(Number);
}

function isDaemon(pid) {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return command.at(-2) === process.env.HEARTBEATS && command.at(-3) === 'heartbeat.js';
  } catch {
    // Not a process, or one that ended between being listed and being read.
    return false;
  }
}

module.exports = { findDaemon };

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const net = require('node:net');
const readline = require('node:readline');
const { setTimeout: sleep } = require('node:timers/promises');

const LOG = '/tmp/redis.log';
const READY_WITHIN_MS = 4000;

/**
 * Starts a Redis server with its defaults, port 6379 included, and returns what sends it commands.
 * Nothing stops the server: when the test file is done, its sandbox ends with every process in it.
 */
async function startRedis() {
  const server = spawn('redis-server', ['--dir', '/tmp', '--logfile', LOG], { stdio: 'ignore' });
  await once(server, 'spawn');
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (error.code !== 'ECONNREFUSED') throw error;
      if (server.exitCode !== null || Date.now() > deadline) {
        throw new Error(`redis-server did not come up:\n${readFileSync(LOG, 'utf8')}`);
      }
      await sleep(10);
    }
  }
}

/** A Redis client: one command at a time, replies without line breaks in them. RESP, version 2 */
async function connect() {
  const socket = net.connect(6379, '127.0.0.1');
  await once(socket, 'connect');
  const lines = readline.createInterface({ input: socket })[Symbol.asyncIterator]();
  const readLine = async () => (await lines.next()).value;

  async function readReply() {
    const line = await readLine();
    const rest = line.slice(1);
    if (line[0] === '+') return rest;
    if (line[0] === ':') return Number(rest);
    if (line[0] === '$') return rest === '-1' ? null : readLine();
    throw new Error(`Redis answered: ${line}`);
  }

  return (...words) => {
    const parts = words.map(String).map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${parts.join('')}`);
    return readReply();
  };
}

module.exports = { startRedis };

/** Ports of the host that lead inside: bytes come in and answers go out, by TCP and UDP. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/host';
import { hostNetwork, isRoot, works } from '../support/network';
import { Project } from '../support/project';

let before: object;
beforeEach(() => {
  before = hostNetwork();
});
afterEach(async () => {
  await eventually(() => JSON.stringify(hostNetwork()) === JSON.stringify(before));
  expect(hostNetwork()).toEqual(before);
});

/** A port that nobody has: the kernel chose it a moment ago. */
async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = net.createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Serves inside until there is a file "enough". */
const SERVE = `
  const net = require('node:net');
  const dgram = require('node:dgram');
  const { existsSync, writeFileSync } = require('node:fs');
  const { once } = require('node:events');
  test('it', async () => {
    const echo = (socket) => { socket.pipe(socket); socket.on('error', () => {}); };
    const four = net.createServer({ allowHalfOpen: true }, echo).listen(80, '127.0.0.1');
    const six = net.createServer({ allowHalfOpen: true }, echo).listen(81, '::1');
    const udp = dgram.createSocket('udp4');
    udp.on('message', (text, { port, address }) => udp.send('echo ' + text, port, address)).bind(53, '127.0.0.1');
    await Promise.all([once(four, 'listening'), once(six, 'listening'), once(udp, 'listening')]);
    writeFileSync('up', '');
    while (!existsSync('enough')) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const server of [four, six, udp]) server.close();
  }, 60_000);`;

/** Sends what the server sends back, closes its half, and returns what came. */
async function echo(host: string, port: number, sent: Buffer): Promise<Buffer> {
  const socket = net.connect({ host, port });
  socket.end(sent);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function ask(port: number, text: string): Promise<string> {
  const socket = createSocket('udp4');
  try {
    socket.send(text, port, '127.0.0.1');
    const [answer] = (await once(socket, 'message')) as [Buffer];
    return answer.toString();
  } finally {
    socket.close();
  }
}

const NETWORKS: unknown[] = [undefined];
if (works('sh', '-c', 'command -v slirp4netns && : <>/dev/net/tun')) NETWORKS.push('slirp4netns');

test.each(NETWORKS)('ports of TCP and UDP lead inside; network: %s', async (network) => {
  const [tcp, six, udp] = [await freePort(), await freePort('::1'), await freePort()];
  const publish = [`${tcp}:80`, `[::1]:${six}:81/tcp`, `127.0.0.1:${udp}:53/udp`, `${six}:80`];
  const project = new Project({ 'a.test.js': SERVE });
  const running = project.run({ preset: 'ns-jest', testEnvironmentOptions: { network, publish } });
  try {
    expect(await eventually(() => existsSync(`${project.folder}/up`), 60_000)).toBe(true);
    const bytes = Buffer.alloc(3_000_000, 'ns-jest ');
    expect((await echo('127.0.0.1', tcp, bytes)).equals(bytes)).toBe(true);
    // Inside nobody listens at 127.0.0.1:81, but at ::1.
    expect((await echo('::1', six, bytes)).equals(bytes)).toBe(true);
    // Several clients at once, each with its own answers.
    const words = Array.from({ length: 20 }, (_, index) => `word ${index}`);
    expect(await Promise.all(words.map((word) => ask(udp, word)))).toEqual(
      words.map((word) => `echo ${word}`),
    );
    const many = await Promise.all(words.map((word) => echo('127.0.0.1', tcp, Buffer.from(word))));
    expect(many.map(String)).toEqual(words);
  } finally {
    project.write('enough', '');
    const { stderr, json } = await running;
    project.remove();
    expect(stderr).not.toContain('●');
    expect(json?.numPassedTests).toBe(1);
  }
});

test('where nobody listens inside, the connection is ended', async () => {
  const port = await freePort();
  const project = new Project({ 'a.test.js': SERVE });
  const running = project.run({
    preset: 'ns-jest',
    testEnvironmentOptions: { publish: [`${port}:9999`] },
  });
  try {
    expect(await eventually(() => existsSync(`${project.folder}/up`), 60_000)).toBe(true);
    await expect(echo('127.0.0.1', port, Buffer.from('anybody?'))).rejects.toThrow(
      /ECONNRESET|EPIPE/,
    );
  } finally {
    project.write('enough', '');
    await running;
    project.remove();
  }
});

describe('what cannot be published is one error', () => {
  const refused = async (publish: string[], ...messages: string[]) => {
    const project = new Project({ 'a.test.js': SERVE });
    try {
      const { stderr, json, code } = await project.run({
        preset: 'ns-jest',
        testEnvironmentOptions: { publish },
      });
      for (const message of messages) expect(stderr).toContain(message);
      expect(json?.numTotalTests).toBe(0);
      expect(code).toBe(1);
    } finally {
      project.remove();
    }
  };

  test('a port that another process has', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await refused(
      [`${port}:80`],
      `step "publish port" '127.0.0.1:${port}/tcp' failed with EADDRINUSE`,
      'Another process has that port, or another sandbox',
    );
    server.close();
  });

  test('a port of UDP that another process has', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    await refused(
      [`${port}:53/udp`],
      `step "publish port" '127.0.0.1:${port}/udp' failed with EADDRINUSE`,
    );
    socket.close();
  });

  test("an address that is not the host's", () =>
    refused(
      ['203.0.113.7:8080:80'],
      'step "publish port" \'203.0.113.7:8080/tcp\' failed with EADDRNOTAVAIL',
    ));

  if (!isRoot) {
    test('a low port, for an ordinary user', () =>
      refused(['79:80'], 'step "publish port" \'127.0.0.1:79/tcp\' failed with EACCES'));
  }
});

test.each([
  ['Jest', (pid: number) => pid],
  [
    "ns-init's supervisor",
    (pid: number) =>
      Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]),
  ],
])('the port is free again when %s is killed by SIGKILL', async (_, choose) => {
  const port = await freePort();
  const project = new Project({ 'a.test.js': SERVE });
  try {
    const child = project.start(
      { preset: 'ns-jest', testEnvironmentOptions: { publish: [`${port}:80`] } },
      { args: ['-i'] },
    );
    const ended = new Promise((resolve) => child.once('close', resolve));
    expect(await eventually(() => existsSync(`${project.folder}/up`), 60_000)).toBe(true);
    process.kill(choose(child.pid as number), 'SIGKILL');
    await ended;
    const isFree = () =>
      !readFileSync('/proc/net/tcp', 'utf8').includes(
        `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`,
      );
    expect(await eventually(isFree)).toBe(true);
  } finally {
    project.remove();
  }
});

/** Networks that tests make: a host and an outside of their own, each a network namespace. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { hostState } from './host';

/** Whether a command can do its work here. With NS_JEST_MUST_WORK=1 nothing is asked: it has to. */
export function works(command: string, ...args: string[]): boolean {
  return process.env.NS_JEST_MUST_WORK === '1' || spawnSync(command, args).status === 0;
}

export const isRoot = process.getuid?.() === 0;

/** Which kinds of links this kernel has: asked in a network namespace that is gone at once. */
export function hasLink(...words: string[]): boolean {
  const script = `ip link add ns-jest-a type bridge && ip link add ns-jest-b ${words.join(' ')}`;
  return (
    spawnSync('unshare', ['--user', '--map-root-user', '--net', 'sh', '-c', script]).status === 0
  );
}

/**
 * Jest's cache where this user has it anyway: who is root of a user namespace would take real root's
 * for the own one, by its name.
 */
export const CACHE = {
  cacheDirectory: path.join(os.tmpdir(), `jest_${(process.getuid?.() ?? 0).toString(36)}`),
};

export function sh(script: string): string {
  return execFileSync('/bin/sh', ['-ec', script], { encoding: 'utf8' });
}

/** Of the host, what a sandbox's network could change. */
export function hostNetwork(): object {
  const { sysctls, interfaces, routes, namespaces, sandboxProcesses } = hostState();
  // Both are root's to change, whose tests run beside an ordinary user's.
  const named = isRoot ? spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' }).stdout : '';
  const tables = isRoot ? spawnSync('nft', ['list', 'tables'], { encoding: 'utf8' }).stdout : '';
  // The first two lines of /proc/net/dev are headings.
  return {
    sysctls,
    interfaces: interfaces.slice(2),
    routes,
    namespaces,
    sandboxProcesses,
    named,
    tables,
  };
}

/**
 * A host of the tests' own, and an outside that it has a way to: network namespaces both, that nobody
 * else knows. Root of the machine owns them, or an ordinary user's user namespace, in which he is root.
 */
export class TestHost {
  /** The host's address there, and a server's. */
  static readonly ADDRESS = '198.51.100.1';
  static readonly OUTSIDE = '198.51.100.2';

  readonly #children: ChildProcess[] = [];
  #host = 0;
  #outside = 0;

  static async make(): Promise<TestHost> {
    const made = new TestHost();
    const own = isRoot ? [] : ['--user', '--map-root-user'];
    made.#host = await made.#hold(['unshare', ...own, '--net']);
    made.#outside = await made.#hold([...made.enter().slice(0, -1), 'unshare', '--net']);
    made.sh(`
      ip link set lo up
      ip link add up0 type veth peer name eth0 netns ${made.#outside}
      ip address add ${TestHost.ADDRESS}/24 dev up0
      ip link set up0 up
      ip route add default via ${TestHost.OUTSIDE}
      echo 1 > /proc/sys/net/ipv4/ip_forward`);
    execFileSync(made.enter(made.#outside)[0] as string, [
      ...made.enter(made.#outside).slice(1),
      ...[
        'sh',
        '-ec',
        `ip link set lo up; ip address add ${TestHost.OUTSIDE}/24 dev eth0; ip link set eth0 up`,
      ],
    ]);
    return made;
  }

  /** The words that put a command onto this host. */
  enter(pid = this.#host): string[] {
    const user = isRoot ? [] : ['--user', '--preserve-credentials'];
    return ['nsenter', `--target=${pid}`, ...user, '--net'];
  }

  sh(script: string): string {
    const [command, ...args] = this.enter();
    return execFileSync(command as string, [...args, 'sh', '-ec', script], { encoding: 'utf8' });
  }

  /** Runs a Node script until the test host is removed; resolves when it has printed something. */
  async serve(script: string, where: 'host' | 'outside' = 'host'): Promise<ChildProcess> {
    const words = this.enter(where === 'host' ? this.#host : this.#outside);
    const child = this.#spawn([...words, process.execPath, '-e', script]);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    return child;
  }

  /** What a sandbox could have left here. */
  state(): string {
    // Without the ports' numbers, which the kernel counts up.
    return this.sh('ip -brief link | cut -d" " -f1; ip route; nft list tables; ss -Hlntu');
  }

  async remove(): Promise<void> {
    for (const child of this.#children.reverse()) {
      child.kill('SIGKILL');
      if (child.exitCode !== null || child.signalCode !== null) continue;
      await new Promise((resolve) => child.once('exit', resolve));
    }
  }

  async #hold(words: string[]): Promise<number> {
    const child = this.#spawn([...words, 'sh', '-c', 'echo up; exec sleep 1000']);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    return child.pid as number;
  }

  #spawn(words: string[]): ChildProcess {
    const child = spawn(words[0] as string, words.slice(1), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#children.push(child);
    return child;
  }
}

/** A server that sends back what it is sent, and before that the address of who asked, and a newline. */
export const ECHO = (address: string, port: number) => `
  require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
    socket.write(socket.remoteAddress + '\\n');
    socket.pipe(socket);
    socket.on('error', () => {});
  }).listen(${port}, '${address}', () => console.log('up'));`;

/** For test files: sends a megabyte to an echo server, and returns the address that it saw. */
export const ASK = `
  const net = require('node:net');
  const { randomBytes } = require('node:crypto');
  async function ask(host, port, bytes = 1_000_000) {
    const sent = randomBytes(bytes);
    const socket = net.connect({ host, port });
    socket.write(sent);
    const chunks = [];
    // Closed only when all is back: pasta of 2023 loses what comes after one side has ended.
    for await (const chunk of socket) {
      chunks.push(chunk);
      const all = Buffer.concat(chunks);
      if (all.indexOf(10) !== -1 && all.length >= all.indexOf(10) + 1 + bytes) break;
    }
    const got = Buffer.concat(chunks);
    const line = got.indexOf(10);
    if (!got.subarray(line + 1).equals(sent)) throw new Error('other bytes came back');
    return got.subarray(0, line).toString();
  }`;

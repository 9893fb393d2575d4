import { readlinkSync } from 'node:fs';
import path from 'node:path';
import type { ToTestProcess } from '../channel/messages';
import { callNative } from '../native/load';
import { environmentRows } from '../text/environment-rows';
import type { Copy } from './serve-copies';

/** What the test process of the launch strategy `exec` runs. */
const MAIN = path.join(__dirname, '..', 'test-process', 'main.js');

/** In a copy: what Node read when the fork server started, put right. */
export function becomeTestProcess({ asProcess }: ToTestProcess, { pid }: Copy): void {
  if (asProcess === undefined) throw new Error('A copy is told its environment');
  const { execArgv, env } = asProcess;

  define('pid', pid);
  define('argv', [process.argv[0], MAIN]);
  define('execArgv', execArgv);
  define('uptime', uptimeFromNow());
  // Node keeps what it read before.
  process.chdir('.');
  // All of them, for their order, too.
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined) process.env[name] = value;
  }
  callNative('copyShowAs', [[process.execPath, ...execArgv, MAIN], environmentRows(env)]);
}

/** In a copy that is no test process: Node read it when the fork server started. */
export function takePid(): void {
  define('pid', Number(readlinkSync('/proc/self')));
}

/** Node's own way out waits for threads that a copy does not have. _exit(2) */
export function takeExit(): void {
  define('reallyExit', function reallyExit(code?: number | string | null) {
    callNative('exitAtOnce', [Number(code ?? 0)]);
  });
}

/** Node's counts from the fork server's start. */
function uptimeFromNow(): () => number {
  const ofServer = process.uptime;
  const start = ofServer();
  return function uptime() {
    return ofServer() - start;
  };
}

/** As the property was, but for its value. */
function define(name: keyof NodeJS.Process | 'reallyExit', value: unknown): void {
  const { get, set, ...rest } = Object.getOwnPropertyDescriptor(process, name) ?? {};
  Object.defineProperty(process, name, { writable: true, ...rest, value });
}

import os from 'node:os';
import util from 'node:util';

const BRAND = Symbol.for('ns-jest.SystemError');

/** What the failed operation was about, by name: `{ hostname: 'web-1' }`, `{ path: '/mnt' }`. */
export type SystemErrorFacts = Readonly<Record<string, string | number | undefined>>;

export interface SystemErrorOptions {
  /** The kernel's error number, of either sign. */
  errno: number;
  /** The system call, or the netlink message as rtnetlink(7) spells it. */
  syscall: string;
  /** Become fields of the error; those that are undefined are left out. */
  facts?: SystemErrorFacts;
  /** The sentence that the kernel itself added: NETLINK_EXT_ACK in netlink(7). */
  kernelMessage?: string;
}

/**
 * The texts of errno(3) for what libuv's own table lacks on Node 20, several of which System V IPC
 * really returns. EUSERS is known to neither libuv nor `os.constants`.
 */
const MISSING_TEXTS: Record<string, string> = {
  EBADMSG: 'bad message',
  ECHILD: 'no child processes',
  EDEADLK: 'resource deadlock avoided',
  EDOM: 'numerical argument out of domain',
  EDQUOT: 'disk quota exceeded',
  EIDRM: 'identifier removed',
  EINPROGRESS: 'operation now in progress',
  EMULTIHOP: 'multihop attempted',
  ENETRESET: 'network dropped connection on reset',
  ENOEXEC: 'exec format error',
  ENOLCK: 'no locks available',
  ENOLINK: 'link has been severed',
  ENOMSG: 'no message of desired type',
  ENOSR: 'out of streams resources',
  ENOSTR: 'device not a stream',
  ESTALE: 'stale file handle',
  ETIME: 'timer expired',
  EUSERS: 'too many users',
};
const EUSERS = 87;

/** `[code, text]` of a positive error number; libuv's where it has one, as Node's own errors. */
function describe(errno: number): [code: string, text: string] {
  const known = util.getSystemErrorMap().get(-errno);
  if (known !== undefined) return [known[0], known[1]];
  const codes = { ...os.constants.errno, EUSERS };
  const code = Object.entries(codes).find(([, value]) => value === errno)?.[0];
  if (code === undefined) return [`ERRNO_${errno}`, `unknown error ${errno}`];
  return [code, MISSING_TEXTS[code] ?? 'unknown error'];
}

/** `'/a' -> '/b'` as in Node's errors, or else each fact: text in quotes, a number after its name. */
function subject({ path, dest, ...others }: SystemErrorFacts): string {
  if (path !== undefined) return ` '${path}'${dest === undefined ? '' : ` -> '${dest}'`}`;
  return Object.entries(others)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => (typeof value === 'string' ? ` '${value}'` : ` ${name} ${value}`))
    .join('');
}

/**
 * A refusal by the kernel, in the shape of Node's own system errors:
 *
 *     EPERM: operation not permitted, sethostname 'web-1'
 *     { errno: -1, code: 'EPERM', syscall: 'sethostname', hostname: 'web-1' }
 */
export class SystemError extends Error {
  /** Negative, as in Node's own errors. */
  readonly errno: number;
  /** For example `EPERM`. */
  readonly code: string;
  readonly syscall: string;
  // declare: as plain fields they would be there, undefined, in every error.
  declare readonly path?: string;
  declare readonly dest?: string;
  /** The kernel's own explanation, where netlink gave one. */
  declare readonly kernelMessage?: string;

  constructor({ errno, syscall, facts = {}, kernelMessage }: SystemErrorOptions) {
    const [code, text] = describe(Math.abs(errno));
    const explanation = kernelMessage === undefined ? '' : ` (${kernelMessage})`;
    super(`${code}: ${text}, ${syscall}${subject(facts)}${explanation}`);
    this.errno = -Math.abs(errno);
    this.code = code;
    this.syscall = syscall;
    for (const [name, value] of Object.entries(facts)) {
      if (value !== undefined) Object.assign(this, { [name]: value });
    }
    if (kernelMessage !== undefined) this.kernelMessage = kernelMessage;
    // Neither belongs among the fields that Node prints and Jest compares.
    Object.defineProperty(this, 'name', { value: 'SystemError', configurable: true });
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether the value is a SystemError, be it of this realm or another: by brand, not `instanceof`. */
export function isSystemError(value: unknown): value is SystemError {
  return typeof value === 'object' && value !== null && BRAND in value;
}

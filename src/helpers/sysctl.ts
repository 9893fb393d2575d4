import { checkName, checkText } from './check';
import { readText, writeText } from './kernel-files';

/**
 * The file of a kernel parameter. As sysctl(8) has it, the first separator says which the other is:
 * `net.ipv4.conf.eth0/1.forwarding` and `net/ipv4/conf/eth0.1/forwarding` are one.
 */
function fileOf(name: unknown): string {
  const parameter = checkName('name of the kernel parameter', name);
  if (/^[./]|(^|\/)\.\.?(\/|$)/.test(parameter)) {
    throw new TypeError(
      `Expected the name of the kernel parameter to be like 'net.ipv4.ip_forward', got '${parameter}'`,
    );
  }
  const dotted = /[./]/.exec(parameter)?.[0] === '.';
  const swap: Record<string, string> = { '.': '/', '/': '.' };
  const path = dotted ? parameter.replace(/[./]/g, (found) => swap[found] as string) : parameter;
  return `/proc/sys/${path}`;
}

/**
 * A kernel parameter, without the newline at its end; several numbers are a tab apart.
 *
 * @throws SystemError ENOENT if there is none, EACCES if it can only be written.
 * @see sysctl(8), proc_sys(5)
 */
function get(name: string): string {
  return readText(fileOf(name)).replace(/\n$/, '');
}

/**
 * Sets a kernel parameter. Those below `net` are this net namespace's own, `kernel.hostname` the UTS
 * namespace's, those of System V IPC and `fs.mqueue` the IPC namespace's; all others the host's.
 *
 * @throws SystemError ENOENT if there is none, EINVAL if the kernel does not take the value, EACCES,
 *   EPERM or EROFS if it is not to be changed from here.
 * @see sysctl(8), proc_sys(5)
 */
function set(name: string, value: string | number): void {
  const text = typeof value === 'number' ? String(value) : checkText('value', value);
  writeText(fileOf(name), text);
}

export const sysctl = { get, set };

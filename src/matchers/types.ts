import type { Trace } from '../helpers';
import type { NamespaceName } from '../namespaces';
import type { Text } from './match';
import type { IpcPattern } from './system-v-matcher';
import type { AddressPattern } from './to-have-address';
import type { InterfacePattern } from './to-have-interface';
import type { MountPattern } from './to-have-mount';
import type { NamespacePattern } from './to-have-namespace';
import type { NeighbourPattern } from './to-have-neighbour';
import type { ProcessPattern } from './to-have-process';
import type { RoutePattern } from './to-have-route';

/** Of an asynchronous subject the matcher's result has to be awaited. */
type Settled<T, R> = T extends PromiseLike<unknown> | (() => PromiseLike<unknown>)
  ? Promise<void>
  : R;

/**
 * The matchers for `expect(ns)`. In a pattern object every key is optional, a RegExp or an asymmetric
 * matcher can stand for a string, and a list has to hold what is asked for, in any order.
 */
export interface NsJestMatchers<R, T = unknown> {
  /**
   * Every namespace named is another one than the host's; without names, every one the sandbox asked for.
   *
   * @example
   * expect(ns).toBeIsolatedFromHost(['net', 'uts']);
   */
  toBeIsolatedFromHost(names?: readonly NamespaceName[]): R;
  /**
   * The sandbox has this hostname.
   *
   * @example
   * expect(ns).toHaveHostname(/^web-\d+$/);
   */
  toHaveHostname(hostname: Text): R;
  /**
   * The sandbox has this NIS domain name, as domainname(1) prints it.
   */
  toHaveDomainname(domainname: Text): R;
  /**
   * There is such a process. Text alone is held against its name and its whole command.
   *
   * @example
   * expect(ns).toHaveProcess(/^nginx: master/);
   * expect(ns).toHaveProcess({ pid: 1, name: 'ns-init' });
   */
  toHaveProcess(process: Text | ProcessPattern): R;
  /**
   * There is such a mount, and it is not hidden below another. Text alone is its target.
   *
   * @example
   * expect(ns).toHaveMount('/tmp');
   * expect(ns).toHaveMount({ target: '/srv', type: 'tmpfs', options: ['ro', 'nosuid'] });
   */
  toHaveMount(mount: Text | MountPattern): R;
  /**
   * There is such an interface. Text alone is its name.
   *
   * @example
   * expect(ns).toHaveInterface({ name: 'lo', state: 'up' });
   */
  toHaveInterface(networkInterface: Text | InterfacePattern): R;
  /**
   * There are these interfaces and no others, in any order.
   *
   * @example
   * expect(ns).toHaveOnlyInterfaces(['lo']);
   */
  toHaveOnlyInterfaces(names: readonly string[]): R;
  /**
   * An interface has this address. A string is the address, with or without its prefix length.
   *
   * @example
   * expect(ns).toHaveAddress('127.0.0.1/8');
   * expect(ns).toHaveAddress({ address: '::1', interface: 'lo' });
   */
  toHaveAddress(address: Text | AddressPattern): R;
  /**
   * There is such a route. Text alone is its destination: `default`, or an address with a prefix length.
   *
   * @example
   * expect(ns).toHaveRoute('10.0.0.0/8');
   * expect(ns).toHaveRoute({ destination: 'default', gateway: '10.0.0.1' });
   */
  toHaveRoute(route: Text | RoutePattern): R;
  /**
   * There is such a neighbour on a link. A string is its IP address.
   *
   * @example
   * expect(ns).toHaveNeighbour({ address: '10.0.0.2', linkAddress: '02:00:00:00:00:02' });
   */
  toHaveNeighbour(neighbour: Text | NeighbourPattern): R;
  /**
   * A kernel parameter has this value; a list of numbers is a text with tabs.
   *
   * @example
   * expect(ns).toHaveSysctl('net.ipv4.ip_forward', 1);
   */
  toHaveSysctl(name: string, value: Text | number): R;
  /**
   * There is such a namespace, held by a process, a descriptor of this process or a mount.
   *
   * @example
   * expect(ns).toHaveNamespace({ type: 'net', processes: 0, paths: ['/run/netns/blue'] });
   */
  toHaveNamespace(namespace?: NamespacePattern): R;
  /**
   * This process and that one are in the same namespaces: all eight, or those named. With .not, in none
   * of them.
   *
   * @example
   * expect(ns).toShareNamespacesWith(child.pid, ['net', 'ipc']);
   */
  toShareNamespacesWith(pid: number, names?: readonly NamespaceName[]): R;
  /**
   * There is such a System V message queue; without a pattern, any.
   *
   * @example
   * expect(ns).toHaveMessageQueue({ key: 0x1234 });
   */
  toHaveMessageQueue(queue?: IpcPattern): R;
  /**
   * There is such a System V semaphore set; without a pattern, any.
   */
  toHaveSemaphore(semaphore?: IpcPattern): R;
  /**
   * There is such a System V shared memory segment; without a pattern, any.
   */
  toHaveSharedMemory(segment?: IpcPattern): R;
  /**
   * There is a POSIX message queue of this name, slash included.
   *
   * @example
   * expect(ns).toHavePosixQueue('/jobs');
   */
  toHavePosixQueue(name: Text): R;
  /**
   * There are no System V IPC objects and no POSIX message queues.
   */
  toHaveNoIpcObjects(): R;
  /**
   * Nothing is there that was not there when the test file started, or when `since` was listed: no process,
   * mount, IPC object, listening socket, interface, address or route.
   *
   * @example
   * const before = ns.traces.list();
   * await stopServer();
   * expect(ns).toHaveLeftNoTrace({ since: before });
   */
  toHaveLeftNoTrace(options?: { since?: readonly Trace[] }): R;
  /**
   * The subject is a function or a promise, not `ns`: it throws or rejects with this code of errno(3).
   *
   * @example
   * expect(() => fs.writeFileSync('/proc/sys/kernel/hostname', 'no')).toFailWithErrno('EROFS');
   * await expect(() => fs.promises.readFile('/nope')).toFailWithErrno('ENOENT');
   */
  toFailWithErrno(code: string): Settled<T, R>;
}

// For `import { expect } from '@jest/globals'`; the parameters have to be those that Jest 29 and 30 declare.
// In a tree without expect this adds to nothing, and a declaration file may do that.
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T> extends NsJestMatchers<R, T> {}
}

declare global {
  // For the global expect of @types/jest; without that package this is a namespace nobody reads.
  namespace jest {
    interface Matchers<R, T> extends NsJestMatchers<R, T> {}
  }
}

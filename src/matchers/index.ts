import type { MatcherContext, MatcherResult } from './define-matcher';
import { toBeIsolatedFromHost } from './to-be-isolated-from-host';
import { toFailWithErrno } from './to-fail-with-errno';
import { toHaveAddress } from './to-have-address';
import { toHaveDomainname } from './to-have-domainname';
import { toHaveHostname } from './to-have-hostname';
import { toHaveInterface } from './to-have-interface';
import { toHaveLeftNoTrace } from './to-have-left-no-trace';
import { toHaveMessageQueue } from './to-have-message-queue';
import { toHaveMount } from './to-have-mount';
import { toHaveNamespace } from './to-have-namespace';
import { toHaveNeighbour } from './to-have-neighbour';
import { toHaveNoIpcObjects } from './to-have-no-ipc-objects';
import { toHaveOnlyInterfaces } from './to-have-only-interfaces';
import { toHavePosixQueue } from './to-have-posix-queue';
import { toHaveProcess } from './to-have-process';
import { toHaveRoute } from './to-have-route';
import { toHaveSemaphore } from './to-have-semaphore';
import { toHaveSharedMemory } from './to-have-shared-memory';
import { toHaveSysctl } from './to-have-sysctl';
import { toShareNamespacesWith } from './to-share-namespaces-with';
import type { NsJestMatchers } from './types';

/** Every matcher, for `expect.extend(matchers)`. */
export const matchers = {
  toBeIsolatedFromHost,
  toHaveHostname,
  toHaveDomainname,
  toHaveProcess,
  toHaveMount,
  toHaveInterface,
  toHaveOnlyInterfaces,
  toHaveAddress,
  toHaveRoute,
  toHaveNeighbour,
  toHaveSysctl,
  toHaveNamespace,
  toShareNamespacesWith,
  toHaveMessageQueue,
  toHaveSemaphore,
  toHaveSharedMemory,
  toHavePosixQueue,
  toHaveNoIpcObjects,
  toHaveLeftNoTrace,
  toFailWithErrno,
} satisfies Declared;

/** What types.ts declares, as implementations: a name or an argument that differs is a type error. */
type Declared = {
  [Name in keyof NsJestMatchers<void>]: (
    this: MatcherContext,
    subject: unknown,
    ...args: Parameters<NsJestMatchers<void>[Name]>
  ) => MatcherResult | Promise<MatcherResult>;
};

export type { AsymmetricMatcher, Text } from './match';
export type { IpcPattern } from './system-v-matcher';
export type { AddressPattern } from './to-have-address';
export type { InterfacePattern } from './to-have-interface';
export type { MountPattern } from './to-have-mount';
export type { NamespacePattern } from './to-have-namespace';
export type { NeighbourPattern } from './to-have-neighbour';
export type { ProcessPattern } from './to-have-process';
export type { RoutePattern } from './to-have-route';
export type { NsJestMatchers } from './types';

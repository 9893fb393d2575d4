import { NAMESPACES, type NamespaceName } from '../namespaces';
import type { NeededPaths } from './files/kept-paths';
import { ownPaths } from './files/needed-paths';
import { type FileSpec, toFileSpec } from './files/spec';
import { currentIdentity, type Identity } from './ids/identity';
import { type IdSpec, toIdSpec } from './ids/spec';
import { type LimitSpec, toLimitSpec } from './limits/spec';
import { isFresh, isJoined } from './namespaces/options';
import { type NetworkSpec, toNetworkSpec } from './network/spec';
import type { CheckedOptions } from './options';
import { type ProcessSpec, toProcessSpec } from './processes/spec';

/** The plain, validated, serialisable description of a sandbox. */
export interface SandboxSpec {
  namespaces: NamespaceName[];
  tryNamespaces: NamespaceName[];
  /** Those that exist already: the file of each, and its inode. */
  joins: { name: NamespaceName; path: string; inode: number }[];
  ids: IdSpec;
  files: FileSpec;
  network: NetworkSpec;
  processes: ProcessSpec;
  limits: LimitSpec;
}

/** The same of a sandbox that is no test file's. */
export function toSpecWithoutFile(options: CheckedOptions): SandboxSpec {
  return toSandboxSpec(options, { folders: [], written: [], others: ownPaths() });
}

/**
 * Options to sandbox spec.
 *
 * @param needed Paths that Jest needs: those that would be covered are kept.
 */
export function toSandboxSpec(
  options: CheckedOptions,
  needed: NeededPaths,
  identity: Identity = currentIdentity(),
): SandboxSpec {
  const choices = { ...options.namespaces };
  const wanted = (name: NamespaceName) => isFresh(choices[name]);
  // Without root only a user namespace gives the right to create the others. user_namespaces(7)
  const needsUser =
    identity.all === undefined &&
    !isJoined(choices.user) &&
    NAMESPACES.some(({ name }) => name !== 'user' && wanted(name));
  if (needsUser) choices.user = true;

  return {
    namespaces: NAMESPACES.map(({ name }) => name).filter((name) => choices[name] === true),
    tryNamespaces: NAMESPACES.map(({ name }) => name).filter((name) => choices[name] === 'try'),
    joins: NAMESPACES.flatMap(({ name }) => {
      const choice = choices[name];
      return isJoined(choice) ? [{ name, ...choice }] : [];
    }),
    ids: toIdSpec(options, identity, wanted('user'), needed.folders),
    files: toFileSpec(options, needed, identity.uid === 0, wanted),
    network: toNetworkSpec(options, wanted),
    processes: toProcessSpec(options, wanted),
    limits: toLimitSpec(options),
  };
}

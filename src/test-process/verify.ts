import { namespaces } from '../helpers/namespaces';
import type { NamespaceName } from '../namespaces';
import type { SandboxFacts } from '../native/sandbox-facts';

/** Of the namespaces that were only to be tried, those that are not the host's. */
export function hadOf(tried: NamespaceName[], { hostNamespaces }: SandboxFacts): NamespaceName[] {
  const inside = namespaces.ids();
  return tried.filter((name) => inside[name] !== hostNamespaces[name]);
}

/**
 * The namespaces that are not what was asked for, by inode: those to be made that are the host's after
 * all, and those to be joined that are others. namespaces(7)
 */
export function notAsAsked({ asked, joined, hostNamespaces }: SandboxFacts): NamespaceName[] {
  const inside = namespaces.ids();
  const isShared = (name: NamespaceName) =>
    inside[name] === null || inside[name] === hostNamespaces[name];
  const names = Object.keys(joined) as NamespaceName[];
  return [...asked.filter(isShared), ...names.filter((name) => inside[name] !== joined[name])];
}

import { namespaces } from '../helpers/namespaces';
import type { NamespaceName } from '../namespaces';
import type { SandboxFacts } from '../native/sandbox-facts';

/** Of the namespaces that were only to be tried, those that are not the host's. */
export function hadOf(tried: NamespaceName[], { hostNamespaces }: SandboxFacts): NamespaceName[] {
  const inside = namespaces.ids();
  return tried.filter((name) => inside[name] !== hostNamespaces[name]);
}

/** The namespaces that were asked for and are the host's after all, by inode. namespaces(7) */
export function notIsolated({ asked, hostNamespaces }: SandboxFacts): NamespaceName[] {
  const inside = namespaces.ids();
  return asked.filter((name) => inside[name] === null || inside[name] === hostNamespaces[name]);
}

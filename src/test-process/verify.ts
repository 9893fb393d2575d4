import { namespaces } from '../helpers/namespaces';
import type { NamespaceName } from '../namespaces';
import type { SandboxFacts } from '../native/sandbox-facts';

/** The namespaces that were asked for and are the host's after all, by inode. namespaces(7) */
export function notIsolated({ asked, hostNamespaces }: SandboxFacts): NamespaceName[] {
  const inside = namespaces.ids();
  return asked.filter((name) => inside[name] === null || inside[name] === hostNamespaces[name]);
}

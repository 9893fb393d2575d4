import type { NamespaceIds, NamespaceName } from '../namespaces';

/** What a test process knows of its own sandbox; only the outside could measure it. */
export interface SandboxFacts {
  /** The namespaces that Jest itself runs in. */
  hostNamespaces: NamespaceIds;
  /** The namespaces that the sandbox was asked to have fresh, and those that were tried and had. */
  asked: NamespaceName[];
  /** The inodes of those that it was asked to join. */
  joined: Partial<NamespaceIds>;
  /** The hostname asked for, if any was. */
  hostname?: string;
}

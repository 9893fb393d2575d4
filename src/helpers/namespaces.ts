import type { NamespaceIds, NamespaceName } from '../namespaces';
import { processWide } from '../native/load';
import type { SandboxFacts } from '../native/sandbox-facts';
import { maps } from './id-maps';
import { ids } from './namespace-ids';
import { list } from './namespace-list';
import { pin, unpin } from './namespace-pin';
import { open } from './namespace-value';

function sandboxFacts(): SandboxFacts {
  const { sandbox } = processWide();
  if (sandbox === undefined) {
    throw new Error(
      'This process is not in a sandbox, so what the host looks like is not known. ' +
        "Run the test file with testEnvironment: 'ns-jest'.",
    );
  }
  return sandbox;
}

/**
 * The namespaces that Jest itself runs in, for comparison with `ids()`.
 *
 * @throws Error if this process is not in a sandbox.
 */
function hostIds(): NamespaceIds {
  return { ...sandboxFacts().hostNamespaces };
}

/**
 * The namespaces that the options asked to have fresh; of those only tried, the ones that were had.
 *
 * @throws Error if this process is not in a sandbox.
 */
function asked(): NamespaceName[] {
  return Array.from(sandboxFacts().asked);
}

export const namespaces = { ids, hostIds, asked, list, open, pin, unpin, maps };

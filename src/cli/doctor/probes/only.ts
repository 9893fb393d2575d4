/** Sandboxes of few namespaces, so that what fails is what the probe asks for. */
import { NAMESPACES, type NamespaceName } from '../../../namespaces';

/** The namespaces without which the options refuse another. */
const NEEDS: Partial<Record<NamespaceName, NamespaceName[]>> = {
  ...(process.geteuid?.() === 0 ? { user: ['uts', 'ipc'] } : {}),
  pid: ['mount'],
  ipc: ['mount'],
};

/** Of the options, what makes nothing beside the namespaces themselves. */
const BARE: Partial<Record<NamespaceName, object>> = {
  mount: { tmpfs: [], dev: 'host' },
  net: { loopback: false },
};

/** Options of a sandbox of these namespaces, and of those that they need. Root's, too, has a user namespace. */
export function only(wanted: readonly NamespaceName[], options: object = {}): object {
  const all = new Set<NamespaceName>(['user', ...wanted]);
  // A set goes on to what is added on the way.
  for (const name of all) for (const need of NEEDS[name] ?? []) all.add(need);
  const namespaces = Object.fromEntries(NAMESPACES.map(({ name }) => [name, all.has(name)]));
  return Object.assign({ namespaces }, ...[...all].map((name) => BARE[name]), options);
}

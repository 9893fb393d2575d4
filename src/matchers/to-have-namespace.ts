import { describeNamespace } from './describe';
import type { NamespaceFacts } from './facts';
import { listMatcher } from './list-matcher';
import type { Pattern } from './match';

const KEYS = ['type', 'inode', 'processes', 'pid', 'command', 'owner', 'uid', 'paths'] as const;

export type NamespacePattern = Pattern<NamespaceFacts, (typeof KEYS)[number]>;

export const toHaveNamespace = listMatcher<NamespaceFacts, (typeof KEYS)[number], NamespacePattern>(
  'toHaveNamespace',
  {
    one: 'namespace',
    many: 'Namespaces',
    list: ({ namespaces }) => namespaces.list(),
    describe: describeNamespace,
    keys: KEYS,
  },
);

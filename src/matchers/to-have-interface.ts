import { describeInterface } from './describe';
import type { InterfaceFacts } from './facts';
import { listMatcher } from './list-matcher';
import type { Pattern, Text } from './match';

const KEYS = ['name', 'state', 'mtu', 'kind', 'address', 'master', 'link'] as const;

export type InterfacePattern = Pattern<InterfaceFacts, (typeof KEYS)[number]>;

export const toHaveInterface = listMatcher<
  InterfaceFacts,
  (typeof KEYS)[number],
  Text | InterfacePattern
>('toHaveInterface', {
  one: 'interface',
  many: 'Interfaces',
  list: ({ interfaces }) => interfaces.list(),
  describe: describeInterface,
  keys: KEYS,
  bare: { keys: ['name'], link: 'named' },
});

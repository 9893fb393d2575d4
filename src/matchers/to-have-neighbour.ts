import type { Neighbour } from '../helpers';
import { describeNeighbour } from './describe';
import { readIpText } from './ip-text';
import { listMatcher } from './list-matcher';
import type { Pattern, Text } from './match';

const KEYS = ['address', 'interface', 'family', 'linkAddress', 'state'] as const;

export type NeighbourPattern = Pattern<Neighbour, (typeof KEYS)[number]>;

export const toHaveNeighbour = listMatcher<
  Neighbour,
  (typeof KEYS)[number],
  Text | NeighbourPattern
>('toHaveNeighbour', {
  one: 'neighbour',
  many: 'Neighbours',
  list: ({ neighbours }) => neighbours.list(),
  describe: describeNeighbour,
  keys: KEYS,
  bare: { keys: ['address'], link: 'with the address' },
  read: {
    key: 'address',
    from(text) {
      const ip = readIpText(text);
      if (!ip || ip.prefixLength !== undefined) {
        return 'value must be an IP address, such as "10.0.0.1"';
      }
      return { address: ip.address };
    },
  },
});

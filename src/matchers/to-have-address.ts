import { describeAddress } from './describe';
import type { AddressFacts } from './facts';
import { readIpText } from './ip-text';
import { listMatcher } from './list-matcher';
import type { Pattern, Text } from './match';

const KEYS = ['address', 'prefixLength', 'interface', 'family', 'scope'] as const;

export type AddressPattern = Pattern<AddressFacts, (typeof KEYS)[number]>;

export const toHaveAddress = listMatcher<
  AddressFacts,
  (typeof KEYS)[number],
  Text | AddressPattern
>('toHaveAddress', {
  one: 'address',
  many: 'Addresses',
  list: ({ addresses }) => addresses.list(),
  describe: describeAddress,
  keys: KEYS,
  bare: { keys: ['address'], link: 'equal to' },
  read: {
    key: 'address',
    from(text) {
      const ip = readIpText(text);
      if (!ip) return 'value must be an IP address, such as "10.0.0.1" or "10.0.0.1/24"';
      const { address, prefixLength } = ip;
      return prefixLength === undefined ? { address } : { address, prefixLength };
    },
  },
});

import { describeRoute } from './describe';
import type { RouteFacts } from './facts';
import { readIpText } from './ip-text';
import { listMatcher } from './list-matcher';
import type { Pattern, Text } from './match';

const KEYS = ['destination', 'gateway', 'interface', 'type', 'metric', 'family'] as const;

export type RoutePattern = Pattern<RouteFacts, (typeof KEYS)[number]>;

export const toHaveRoute = listMatcher<RouteFacts, (typeof KEYS)[number], Text | RoutePattern>(
  'toHaveRoute',
  {
    one: 'route',
    many: 'Routes',
    list: ({ routes }) => routes.list(),
    describe: describeRoute,
    keys: KEYS,
    bare: { keys: ['destination'], link: 'to' },
    read: {
      key: 'destination',
      from(text) {
        if (text === 'default') return { destination: 'default' };
        const ip = readIpText(text);
        if (!ip) return 'value must be "default" or a destination such as "10.0.0.0/8"';
        const { address, family, prefixLength = family === 'inet' ? 32 : 128 } = ip;
        return prefixLength === 0
          ? { destination: 'default', family }
          : { destination: `${address}/${prefixLength}` };
      },
    },
  },
);

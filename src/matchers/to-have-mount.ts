import { describeMount } from './describe';
import type { MountFacts } from './facts';
import { hiddenMounts } from './hidden-mounts';
import { listMatcher } from './list-matcher';
import type { Pattern, Text } from './match';

const KEYS = ['target', 'type', 'source', 'root', 'options', 'superOptions'] as const;

export type MountPattern = Pattern<MountFacts, (typeof KEYS)[number]>;

export const toHaveMount = listMatcher<
  MountFacts & { hidden: boolean },
  (typeof KEYS)[number],
  Text | MountPattern
>('toHaveMount', {
  one: 'mount',
  many: 'Mounts',
  list({ mounts }) {
    const all = mounts.list();
    const hidden = hiddenMounts(all);
    return all.map((mount) => ({ ...mount, hidden: hidden.has(mount.id) }));
  },
  // The host's /tmp below the sandbox's own is still in mountinfo, but no test can see it.
  counts: ({ hidden }) => !hidden,
  describe: describeMount,
  keys: KEYS,
  bare: { keys: ['target'], link: 'at' },
});

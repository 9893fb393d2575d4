import { describePosixQueue } from './describe';
import type { PosixQueueFacts } from './facts';
import { listMatcher } from './list-matcher';
import type { Text } from './match';

export const toHavePosixQueue = listMatcher<PosixQueueFacts, 'name', Text>('toHavePosixQueue', {
  one: 'POSIX queue',
  many: 'POSIX queues',
  list: ({ posixQueues }) => posixQueues.list(),
  describe: describePosixQueue,
  keys: ['name'],
  bare: { keys: ['name'], link: 'named' },
});

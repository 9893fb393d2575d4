import { defineMatcher } from './define-matcher';
import { describeIpc, describePosixQueue } from './describe';
import type { Facts } from './facts';

const KINDS: readonly { one: string; list(facts: Facts): string[] }[] = [
  { one: 'message queue', list: (facts) => facts.messageQueues.list().map(describeIpc) },
  { one: 'semaphore set', list: (facts) => facts.semaphores.list().map(describeIpc) },
  { one: 'shared memory segment', list: (facts) => facts.sharedMemory.list().map(describeIpc) },
  { one: 'POSIX queue', list: (facts) => facts.posixQueues.list().map(describePosixQueue) },
];

export const toHaveNoIpcObjects = defineMatcher('toHaveNoIpcObjects', (facts, { isNot, lines }) => {
  const present = KINDS.flatMap(({ one, list }) => list(facts).map((item) => `${one} ${item}`));
  return {
    pass: present.length === 0,
    report: [
      `Expected ${isNot ? 'IPC objects' : 'no IPC objects'}`,
      'IPC objects in this sandbox:',
      ...lines(present),
    ],
  };
});

import { describeIpc } from './describe';
import type { IpcFacts } from './facts';
import { listMatcher } from './list-matcher';
import type { Pattern } from './match';

const KEYS = ['id', 'key'] as const;

export type IpcPattern = Pattern<IpcFacts, (typeof KEYS)[number]>;

/** `toHaveX({ id, key })` for one of the three kinds of System V IPC; without an argument, any. */
export function systemVMatcher(
  name: string,
  one: string,
  room: 'messageQueues' | 'semaphores' | 'sharedMemory',
) {
  return listMatcher<IpcFacts, (typeof KEYS)[number], IpcPattern>(name, {
    one,
    many: `${one.charAt(0).toUpperCase()}${one.slice(1)}s`,
    list: (facts) => facts[room].list(),
    describe: describeIpc,
    keys: KEYS,
  });
}

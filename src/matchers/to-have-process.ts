import { describeProcess } from './describe';
import type { ProcessFacts } from './facts';
import { listMatcher } from './list-matcher';
import type { Pattern, Text } from './match';

const KEYS = ['pid', 'ppid', 'name', 'command', 'state'] as const;

export type ProcessPattern = Pattern<ProcessFacts, (typeof KEYS)[number]>;

export const toHaveProcess = listMatcher<
  ProcessFacts,
  (typeof KEYS)[number],
  Text | ProcessPattern
>('toHaveProcess', {
  one: 'process',
  many: 'Processes',
  list: ({ processes }) => processes.list(),
  describe: describeProcess,
  keys: KEYS,
  bare: { keys: ['name', 'command'], link: 'with the name or command' },
});

import { systemVMatcher } from './system-v-matcher';

export const toHaveMessageQueue = systemVMatcher(
  'toHaveMessageQueue',
  'message queue',
  'messageQueues',
);

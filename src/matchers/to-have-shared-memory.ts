import { systemVMatcher } from './system-v-matcher';

export const toHaveSharedMemory = systemVMatcher(
  'toHaveSharedMemory',
  'shared memory segment',
  'sharedMemory',
);

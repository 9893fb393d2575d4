import { systemVMatcher } from './system-v-matcher';

export const toHaveSemaphore = systemVMatcher('toHaveSemaphore', 'semaphore set', 'semaphores');

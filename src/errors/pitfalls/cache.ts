/** Jest's cache directory, which lies in $TMPDIR unless the project's configuration says otherwise. */
import { isMountedWith } from './host';
import { always, type Pitfall } from './pitfall';

const FIX = 'Choose another directory: cacheDirectory in the configuration of Jest.';

export const CACHE_PITFALLS: Pitfall[] = [
  {
    steps: ['write cache'],
    codes: ['ENOSPC', 'EDQUOT'],
    confirmed: always,
    reason: 'No space is left there, and Jest itself ends without any.',
    fix: `Make room. ${FIX}`,
  },
  {
    steps: ['write cache'],
    codes: ['EROFS', 'ENOENT'],
    confirmed: (directory) => isMountedWith('ro', directory),
    reason: 'It lies on a file system that is mounted read-only, and Jest itself ends there.',
    fix: FIX,
  },
  {
    steps: ['write cache'],
    codes: ['EACCES', 'EPERM'],
    confirmed: always,
    reason: 'This user may not write there.',
    fix: FIX,
  },
];

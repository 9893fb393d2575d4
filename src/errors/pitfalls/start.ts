/** Starting ns-init itself. posix_spawn(3) */
import { hasExecutableBit, isMountedWith, softLimit } from './host';
import { always, type Pitfall } from './pitfall';

const OPEN_FILES = 'Max open files';

const NOEXEC: Omit<Pitfall, 'steps' | 'codes'> = {
  confirmed: (file) => isMountedWith('noexec', file),
  reason: 'The file system it lies on is mounted with noexec.',
  fix: 'Install the project on another one, or run: sudo mount -o remount,exec on it.',
};

export const START_PITFALLS: Pitfall[] = [
  // Node's own code, of dlopen(3). It comes first, as a sandbox is opened.
  { steps: ['load the addon'], codes: ['ERR_DLOPEN_FAILED'], ...NOEXEC },
  { steps: ['start ns-init'], codes: ['EACCES'], ...NOEXEC },
  {
    steps: ['start ns-init'],
    codes: ['EACCES'],
    confirmed: (init) => !hasExecutableBit(init),
    reason: 'The file lost its executable bit on the way.',
    fix: (init) => `Make it executable: chmod +x ${init}`,
  },
  {
    steps: ['start ns-init'],
    codes: ['ENOENT'],
    confirmed: always,
    reason: 'The file is gone.',
    fix: 'Reinstall ns-jest, or in a clone of it: npm run build:addon',
  },
  {
    steps: ['start ns-init'],
    codes: ['ENOEXEC'],
    confirmed: always,
    reason: 'The file is no program of this architecture.',
    fix: 'Reinstall ns-jest, or in a clone of it: npm run build:addon',
  },
  {
    steps: ['start ns-init'],
    codes: ['EMFILE'],
    confirmed: () => softLimit(OPEN_FILES) !== undefined,
    reason: () =>
      `This process may have ${softLimit(OPEN_FILES)} open files (RLIMIT_NOFILE), and has them.`,
    fix: 'Raise the limit of open files: ulimit -n',
  },
  {
    steps: ['start ns-init'],
    codes: ['E2BIG'],
    confirmed: always,
    reason: 'The environment and the paths to keep are too large together.',
    fix: 'Shorten the environment.',
  },
];

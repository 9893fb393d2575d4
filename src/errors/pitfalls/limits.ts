/** Control groups. cgroups(7) */
import { isRoot } from './host';
import { always, type Pitfall } from './pitfall';

const STEPS = ['make cgroup', 'enter cgroup', 'leave cgroup', 'set limit'];

export const LIMIT_PITFALLS: Pitfall[] = [
  {
    steps: STEPS,
    codes: ['EROFS'],
    confirmed: always,
    reason: 'The cgroup file system is mounted read-only, as in a container.',
    fix: 'Docker: --privileged, or -v /sys/fs/cgroup:/sys/fs/cgroup:rw --cgroupns=host',
  },
  {
    steps: STEPS,
    codes: ['EACCES', 'EPERM'],
    confirmed: () => !isRoot(),
    reason: 'The cgroup is not delegated to this user. cgroups(7), "Delegation"',
    fix: 'With systemd: systemd-run --user --scope -p Delegate=yes npx jest',
  },
  {
    steps: ['enter cgroup', 'leave cgroup'],
    codes: ['EBUSY'],
    confirmed: always,
    reason:
      'A cgroup that hands controllers down can hold no processes. cgroups(7), "no internal processes"',
    fix: 'Run Jest in a cgroup without children: systemd-run --user --scope -p Delegate=yes npx jest',
  },
  {
    steps: ['set limit memory.'],
    codes: ['EBUSY'],
    confirmed: always,
    reason: 'The sandbox alone, before any test, has more memory than that.',
    fix: 'Raise "cgroup.memoryMax": Node.js and Jest take about 100 MiB.',
  },
  {
    steps: ['set limit memory.memsw', 'set limit memory.swap'],
    codes: ['ENOENT', 'EACCES'],
    confirmed: always,
    reason: 'This kernel does not count swap for each cgroup.',
    fix: 'Boot with swapaccount=1, or leave out "cgroup.memorySwapMax".',
  },
];

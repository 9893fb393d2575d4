/** Each limit as the two versions of cgroups write it. cgroups(7), Documentation/admin-guide/cgroup-v2.rst */
import type { CheckedCgroup } from './options';

/** A file of a group, and what is written there. */
export interface GroupFile {
  name: string;
  value: string;
}

interface ControllerRow {
  name: 'memory' | 'pids' | 'cpu';
  limits: (keyof CheckedCgroup)[];
  files: Record<1 | 2, (cgroup: CheckedCgroup) => GroupFile[]>;
}

export const CONTROLLERS: ControllerRow[] = [
  {
    name: 'memory',
    limits: ['memoryMax', 'memorySwapMax'],
    files: {
      2: ({ memoryMax, memorySwapMax }) => [
        ...file('memory.max', memoryMax),
        ...file('memory.swap.max', memorySwapMax),
      ],
      // Version 1 counts swap together with memory, and lets that limit be no lower than the other.
      1: ({ memoryMax, memorySwapMax }) => [
        ...file('memory.limit_in_bytes', memoryMax),
        ...file(
          'memory.memsw.limit_in_bytes',
          memorySwapMax === undefined ? undefined : (memoryMax ?? 0) + memorySwapMax,
        ),
      ],
    },
  },
  {
    name: 'pids',
    limits: ['pidsMax'],
    files: {
      2: ({ pidsMax }) => file('pids.max', pidsMax),
      1: ({ pidsMax }) => file('pids.max', pidsMax),
    },
  },
  {
    name: 'cpu',
    limits: ['cpuMax', 'cpuWeight'],
    files: {
      2: ({ cpuMax, cpuWeight }) => [
        ...file('cpu.max', cpuMax && `${cpuMax.quota} ${cpuMax.period}`),
        ...file('cpu.weight', cpuWeight),
      ],
      // The period first: the kernel checks the quota against it.
      1: ({ cpuMax, cpuWeight }) => [
        ...file('cpu.cfs_period_us', cpuMax?.period),
        ...file('cpu.cfs_quota_us', cpuMax?.quota),
        // The defaults are 100 and 1024; shares have no fewer than 2.
        ...file('cpu.shares', cpuWeight && Math.max(2, Math.round((cpuWeight * 1024) / 100))),
      ],
    },
  },
];

function file(name: string, value: number | string | undefined): GroupFile[] {
  return value === undefined ? [] : [{ name, value: String(value) }];
}

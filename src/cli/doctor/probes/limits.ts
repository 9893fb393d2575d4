/** Cgroups, and what else is only the kernel's to grant. */
import type { Probe } from '../probe';
import { trySandbox } from '../try-sandbox';

function limit(controller: string, enables: string, cgroup: object): Probe {
  return {
    name: `cgroup ${controller}`,
    enables,
    async ask() {
      const { groups } = (await trySandbox({ cgroup })).spec.limits;
      return `version ${groups[0]?.show === undefined ? 2 : 1}`;
    },
  };
}

export const LIMIT_PROBES: Probe[] = [
  limit('memory', 'cgroup: { memoryMax }', { memoryMax: '1g' }),
  limit('pids', 'cgroup: { pidsMax }', { pidsMax: 1000 }),
  limit('cpu', 'cgroup: { cpuMax, cpuWeight }', { cpuMax: 1 }),
  {
    name: 'clocks',
    enables: 'time: { monotonic, boottime }',
    async ask() {
      await trySandbox({ time: { monotonic: 3600 } });
      return undefined;
    },
  },
  {
    name: 'seccomp',
    enables: 'seccomp: a filter of system calls',
    async ask() {
      await trySandbox({ seccomp: { deny: ['swapon'] } });
      return undefined;
    },
  },
];

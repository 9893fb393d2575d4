import { afterEach } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';

const CREATE = ['IPC_CREAT', 'IPC_EXCL'] as const;

/** The three kinds of System V objects: made, found and removed by an agent. */
export const SYSTEM_V = {
  'shared memory segment': {
    create: (agent: Agent, key: number) => agent.ipc.shmget(key, 4096, CREATE),
    find: (agent: Agent, key: number) => agent.ipc.shmget(key),
    stat: (agent: Agent, id: number) => agent.ipc.shmStat(id),
    remove: (agent: Agent, id: number) => agent.ipc.shmRemove(id),
    file: '/proc/sysvipc/shm',
  },
  'message queue': {
    create: (agent: Agent, key: number) => agent.ipc.msgget(key, CREATE),
    find: (agent: Agent, key: number) => agent.ipc.msgget(key),
    stat: (agent: Agent, id: number) => agent.ipc.msgStat(id),
    remove: (agent: Agent, id: number) => agent.ipc.msgRemove(id),
    file: '/proc/sysvipc/msg',
  },
  'semaphore set': {
    create: (agent: Agent, key: number) => agent.ipc.semget(key, 2, CREATE),
    find: (agent: Agent, key: number) => agent.ipc.semget(key),
    stat: (agent: Agent, id: number) => agent.ipc.semStat(id),
    remove: (agent: Agent, id: number) => agent.ipc.semRemove(id),
    file: '/proc/sysvipc/sem',
  },
} as const;

export type SystemVKind = keyof typeof SYSTEM_V;
export const KINDS = Object.keys(SYSTEM_V) as SystemVKind[];

/** The keys in the agent's listing. sysvipc(7) */
export function keysSeen(agent: Agent, kind: SystemVKind): number[] {
  const [, ...lines] = agent.fs.readFile(SYSTEM_V[kind].file).trim().split('\n');
  return lines.map((line) => Number(line.trim().split(/\s+/)[0]));
}

/** After each test, what plain children made in the test's own namespace is removed. */
export function removeAfterEach(): void {
  afterEach(() => {
    for (const objects of [ns.sharedMemory, ns.messageQueues, ns.semaphores]) {
      for (const { id } of objects.list()) objects.remove(id);
    }
  });
}

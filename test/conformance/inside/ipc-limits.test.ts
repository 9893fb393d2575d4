import { describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { mountProc, writeKernelFile } from '../support/proc';
import { removeAfterEach } from '../support/system-v';

removeAfterEach();

/** By their files, with the values that a fresh namespace has. proc_sys_kernel(5) */
const DEFAULTS = { msgmax: '8192', msgmnb: '16384', msgmni: '32000', shmmni: '4096' } as const;
const FILES = Object.keys(DEFAULTS) as Array<keyof typeof DEFAULTS>;

const limit = (agent: Agent, name: string) =>
  agent.fs.readFile(`/proc/sys/kernel/${name}`).trim().replaceAll('\t', ' ');
const setLimit = (agent: Agent, name: string, value: string | number) =>
  writeKernelFile(agent, `/proc/sys/kernel/${name}`, value);

function isolated(via: 'clone' | 'unshare' = 'clone', maker?: Agent): Agent {
  const options = { unshare: ['ipc', 'mount'], via } as const;
  const agent = maker === undefined ? ns.agent(options) : maker.clone(options);
  mountProc(agent);
  return agent;
}

function expectCallsToAgreeWithFiles(agent: Agent): void {
  const { shm, msg, sem } = agent.ipc.info();
  for (const name of ['shmmni', 'shmmax', 'shmall'] as const) {
    expect(shm[name]).toBe(Number(limit(agent, name)));
  }
  for (const name of ['msgmax', 'msgmnb', 'msgmni'] as const) {
    expect(msg[name]).toBe(Number(limit(agent, name)));
  }
  const { semmsl, semmns, semopm, semmni } = sem;
  expect([semmsl, semmns, semopm, semmni].join(' ')).toBe(limit(agent, 'sem'));
}

describe('IPC-22 the limits that the calls report', () => {
  test('agree with the files of /proc/sys/kernel', () => {
    expectCallsToAgreeWithFiles(ns.agent());
  });

  test('agree with them also when they have been changed in a new namespace', () => {
    const agent = isolated();
    for (const [name, value] of Object.entries({ shmmni: 7, shmmax: 65536, msgmni: 5 })) {
      setLimit(agent, name, value);
    }
    setLimit(agent, 'sem', '10 40 5 4');
    expectCallsToAgreeWithFiles(agent);
    expect(agent.ipc.info()).toMatchObject({
      shm: { shmmni: 7, shmmax: 65536 },
      msg: { msgmni: 5 },
      sem: { semmsl: 10, semmni: 4 },
    });
  });
});

describe.each(['clone', 'unshare'] as const)('IPC-22 a limit of a new namespace by %s', (via) => {
  test.each(FILES)('%s leaves the parent’s as it is, and is no heir of it', (name) => {
    const [parent, outside] = [isolated(via), ns.agent()];
    const before = limit(outside, name);
    expect(limit(parent, name)).toBe(DEFAULTS[name]);
    setLimit(parent, name, 99);
    const child = isolated(via, parent);
    expect(limit(child, name)).toBe(DEFAULTS[name]);
    setLimit(child, name, 77);
    expect([child, parent, outside].map((agent) => limit(agent, name))).toEqual([
      '77',
      '99',
      before,
    ]);
  });
});

describe('IPC-22 a limit is kept in its own namespace alone', () => {
  test('on the number of segments, queues and sets: ENOSPC', () => {
    const agent = isolated();
    setLimit(agent, 'shmmni', 1);
    setLimit(agent, 'msgmni', 1);
    setLimit(agent, 'sem', '10 40 5 1');
    const make = (maker: Agent) => [
      () => maker.ipc.shmget(0, 4096, 'IPC_CREAT'),
      () => maker.ipc.msgget(0, 'IPC_CREAT'),
      () => maker.ipc.semget(0, 1, 'IPC_CREAT'),
    ];
    for (const create of make(agent)) {
      create();
      expect(create).toFailWithErrno('ENOSPC');
    }
    for (const create of make(ns.agent())) {
      create();
      create();
    }
  });

  test('on the size of a segment, a message and a set: EINVAL', () => {
    const agent = isolated();
    setLimit(agent, 'shmmax', 4096);
    setLimit(agent, 'msgmax', 4);
    setLimit(agent, 'sem', '2 40 5 10');
    agent.ipc.shmget(0, 4096, 'IPC_CREAT');
    expect(() => agent.ipc.shmget(0, 4097, 'IPC_CREAT')).toFailWithErrno('EINVAL');
    const queue = agent.ipc.msgget(0, 'IPC_CREAT');
    agent.ipc.msgsnd(queue, 1, '1234');
    expect(() => agent.ipc.msgsnd(queue, 1, '12345')).toFailWithErrno('EINVAL');
    agent.ipc.semget(0, 2, 'IPC_CREAT');
    expect(() => agent.ipc.semget(0, 3, 'IPC_CREAT')).toFailWithErrno('EINVAL');
    ns.agent().ipc.shmget(0, 4097, 'IPC_CREAT');
  });

  test('on what a queue holds: EAGAIN', () => {
    const agent = isolated();
    setLimit(agent, 'msgmnb', 8);
    const queue = agent.ipc.msgget(0, 'IPC_CREAT');
    agent.ipc.msgsnd(queue, 1, '12345678');
    expect(() => agent.ipc.msgsnd(queue, 1, '1')).toFailWithErrno('EAGAIN');
  });
});

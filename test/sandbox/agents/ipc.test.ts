import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

const failure = (code: string) => expect.objectContaining({ code });
const inOwnIpc = () => ns.agent({ unshare: ['user', 'ipc'] });

describe('shared memory', () => {
  test('is written by one and read by another of the same namespace', () => {
    const one = inOwnIpc();
    const other = one.fork();
    const id = one.ipc.shmget(7, 4096, 'IPC_CREAT');
    one.ipc.write(one.ipc.shmat(id), 'hello');
    const address = other.ipc.shmat(other.ipc.shmget(7));
    expect(other.ipc.read(address, 5).toString()).toBe('hello');
    expect(other.ipc.shmStat(id)).toMatchObject({ key: 7, size: 4096, attached: 2 });
    other.ipc.shmdt(address);
    expect(other.ipc.shmStat(id).attached).toBe(1);
    one.ipc.shmRemove(id);
    expect(() => other.ipc.shmget(7)).toThrow(failure('ENOENT'));
  });

  test('is not there in another namespace', () => {
    ns.agent().ipc.shmget(8, 4096, 'IPC_CREAT');
    expect(() => inOwnIpc().ipc.shmget(8)).toThrow(failure('ENOENT'));
  });
});

describe('semaphores', () => {
  test('are taken back when the process that changed them ends', () => {
    const one = inOwnIpc();
    const other = one.fork();
    const id = one.ipc.semget(7, 1, 'IPC_CREAT');
    other.ipc.semop(id, { by: 1, flags: 'SEM_UNDO' });
    expect(one.ipc.semGetValue(id)).toBe(1);
    other.end();
    expect(one.ipc.semGetValue(id)).toBe(0);
    expect(() => one.ipc.semop(id, { by: -1, flags: 'IPC_NOWAIT' })).toThrow(failure('EAGAIN'));
    expect(one.ipc.semStat(id)).toMatchObject({ key: 7, count: 1 });
  });

  test('block one while another raises them', () => {
    const one = inOwnIpc();
    const other = one.fork();
    const id = one.ipc.semget(7, 1, 'IPC_CREAT');
    const pending = one.ipc.startSemop(id, { by: -1 });
    expect(pending.done()).toBe(false);
    other.ipc.semSetValue(id, 1);
    expect(pending.result()).toBe(0);
    expect(other.ipc.semGetValue(id)).toBe(0);
  });
});

test('messages are sent and received by type', () => {
  const { ipc } = inOwnIpc();
  const id = ipc.msgget(7, 'IPC_CREAT');
  ipc.msgsnd(id, 1, 'first');
  ipc.msgsnd(id, 2, 'second');
  expect(ipc.msgStat(id)).toMatchObject({ key: 7, messages: 2, bytes: 11 });
  expect(ipc.msgrcv(id, { type: 2 })).toEqual({ type: 2, data: Buffer.from('second') });
  expect(() => ipc.msgrcv(id, { type: 2 })).toThrow(failure('ENOMSG'));
});

test('limits are those of the files', () => {
  const agent = inOwnIpc();
  const { shm, msg, sem } = agent.ipc.info();
  expect(`${shm.shmmni}\n`).toBe(agent.fs.readFile('/proc/sys/kernel/shmmni'));
  expect(`${msg.msgmni}\n`).toBe(agent.fs.readFile('/proc/sys/kernel/msgmni'));
  expect(agent.fs.readFile('/proc/sys/kernel/sem')).toBe(
    `${sem.semmsl}\t${sem.semmns}\t${sem.semopm}\t${sem.semmni}\n`,
  );
});

test('POSIX queues are opened, used and notified of', () => {
  const agent = inOwnIpc();
  const queue = agent.mq.open('/jobs', ['O_RDWR', 'O_CREAT', 'O_EXCL'], {
    maxMessages: 2,
    messageSize: 64,
  });
  expect(agent.mq.attributes(queue)).toMatchObject({ maxMessages: 2, messageSize: 64 });
  agent.signals.record('SIGUSR1');
  agent.mq.notify(queue, 'SIGUSR1', 5);
  const sender = agent.fork();
  sender.mq.send(sender.mq.open('/jobs'), 'work', { priority: 3 });
  expect(agent.signals.recorded()).toMatchObject([
    { signal: 'SIGUSR1', codeName: 'SI_MESGQ', pid: sender.pid, value: 5n },
  ]);
  expect(agent.mq.receive(queue)).toEqual({ data: Buffer.from('work'), priority: 3 });
  expect(() => agent.mq.receive(queue)).toThrow(failure('ETIMEDOUT'));
  expect(() => agent.mq.open('/jobs', ['O_CREAT', 'O_EXCL'])).toThrow(failure('EEXIST'));
  expect(() => inOwnIpc().mq.open('/jobs')).toThrow(failure('ENOENT'));
  agent.mq.unlink('/jobs');
  expect(() => agent.mq.open('/jobs')).toThrow(failure('ENOENT'));
});

test('memory is read and written whole, or not at all', () => {
  const agent = ns.agent();
  const [size, page] = [200_000, 4096];
  const at = agent.syscall('mmap', null, size + page, 3, 0x22, -1, 0);
  agent.memory.write(at, Buffer.alloc(size, 'x'));
  expect(agent.memory.read(at, size).equals(Buffer.alloc(size, 'x'))).toBe(true);
  const last = at + Math.floor(size / page) * page;
  agent.syscall('munmap', last, 2 * page);
  expect(() => agent.memory.read(at, size)).toThrow(failure('EFAULT'));
});

import fs from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { writeKernelFile } from '../support/proc';
import { KINDS, keysSeen, removeAfterEach, SYSTEM_V } from '../support/system-v';
import { untilAllowed } from '../support/until-allowed';

const KEY = 0xface;
// getrlimit(2), shmctl(2)
const RLIMIT_MEMLOCK = 8;
const SHM_LOCK = 11;
removeAfterEach();

describe.each([
  ['IPC-19', 'shared memory segment'],
  ['IPC-20', 'message queue'],
  ['IPC-20', 'semaphore set'],
] as const)('%s a %s', (_id, kind) => {
  const { create, remove, file } = SYSTEM_V[kind];

  test('is listed when it is made, and not when it is removed', () => {
    const agent = ns.agent();
    const id = create(agent, KEY);
    const lines = () => fs.readFileSync(file, 'utf8').trim().split('\n').slice(1);
    expect(lines()).toHaveLength(1);
    expect(lines()[0]?.trim().split(/\s+/).slice(0, 3)).toEqual([`${KEY}`, `${id}`, '600']);
    remove(agent, id);
    expect(lines()).toEqual([]);
  });

  test('that nobody made cannot be removed', () => {
    expect(() => remove(ns.agent(), 0x7fff)).toFailWithErrno('EINVAL');
  });

  test('outlives who made it, while the namespace has others', () => {
    const maker = ns.agent();
    create(maker, KEY);
    maker.end();
    expect(keysSeen(ns.agent(), kind)).toEqual([KEY]);
  });
});

test('IPC-19 a removed segment stays for those who have it attached', () => {
  const agent = ns.agent();
  const id = agent.ipc.shmget(KEY, 4096, 'IPC_CREAT');
  const address = agent.ipc.shmat(id);
  agent.ipc.shmRemove(id);
  agent.ipc.write(address, 'still');
  expect(agent.ipc.read(address, 5).toString()).toBe('still');
  // SHM_DEST
  expect(agent.ipc.shmStat(id).mode & 0o1000).toBe(0o1000);
  expect(() => agent.ipc.shmget(KEY)).toFailWithErrno('ENOENT');
  agent.ipc.shmdt(address);
  expect(ns.sharedMemory.list()).toEqual([]);
});

describe('IPC-23 when the last process of a namespace has ended', () => {
  test('it is gone with all that it has: another takes its place in the limit', () => {
    const user = ns.agent({ unshare: ['user'] });
    writeKernelFile(user, '/proc/sys/user/max_ipc_namespaces', 1);
    const owner = user.clone({ unshare: ['ipc'] });
    for (const kind of KINDS) SYSTEM_V[kind].create(owner, KEY);
    expect(() => user.clone({ unshare: ['ipc'] })).toFailWithErrno('ENOSPC');
    owner.exit();
    // The kernel takes namespaces apart in its own time.
    const next = untilAllowed('ENOSPC', () => user.clone({ unshare: ['ipc'] }));
    for (const kind of KINDS) expect(keysSeen(next, kind)).toEqual([]);
  });

  test('its segments are: what they had of the locked memory of their user is free', () => {
    const user = ns.agent({ unshare: ['user'] });
    // 8 KiB, for who has no CAP_IPC_LOCK on the machine: a segment of that once.
    user.syscall('prlimit64', 0, RLIMIT_MEMLOCK, new BigUint64Array([8192n, 8192n]), null);
    const lock = (agent: Agent) => {
      const id = agent.ipc.shmget(KEY, 8192, 'IPC_CREAT');
      agent.syscall('shmctl', id, SHM_LOCK, null);
    };
    const [owner, other] = [user.clone({ unshare: ['ipc'] }), user.clone({ unshare: ['ipc'] })];
    lock(owner);
    expect(() => lock(other)).toFailWithErrno('ENOMEM');
    owner.exit();
    untilAllowed('ENOMEM', () => lock(other));
  });

  test('but it stays, with all, while somebody has it open', () => {
    const owner = ns.agent({ unshare: ['ipc'] });
    for (const kind of KINDS) SYSTEM_V[kind].create(owner, KEY);
    const fd = owner.sendDescriptor(owner.namespaces.open('ipc'));
    owner.end();
    const guest = ns.agent({ join: { fd, namespaces: ['ipc'] } });
    fs.closeSync(fd);
    for (const kind of KINDS) expect(keysSeen(guest, kind)).toEqual([KEY]);
  });
});

describe('IPC-24 /dev/shm', () => {
  test('is a writable tmpfs of the sandbox', () => {
    expect(ns).toHaveMount({ target: '/dev/shm', type: 'tmpfs' });
    fs.writeFileSync('/dev/shm/conformance', 'shared');
    expect(ns.agent().fs.readFile('/dev/shm/conformance')).toBe('shared');
    fs.unlinkSync('/dev/shm/conformance');
    expect(fs.statSync('/dev/shm').mode & 0o7777).toBe(0o1777);
  });

  test('is the same for all IPC namespaces: it is of the mount namespace', () => {
    const agent = ns.agent({ unshare: ['ipc'] });
    agent.fs.writeFile('/dev/shm/conformance', 'by a child');
    expect(fs.readFileSync('/dev/shm/conformance', 'utf8')).toBe('by a child');
    fs.unlinkSync('/dev/shm/conformance');
  });
});

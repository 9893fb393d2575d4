import { expect } from '@jest/globals';
import { matchers, type NamespaceName, ns } from 'ns-jest';
import { hostAgent } from '../support/cgroups';
import { testUnless } from '../support/needs';

expect.extend(matchers);

// What only root of the namespaces that the machine started with may do, or can see.

ns.needs('root', 'nsfs.mountId').test(
  'MNT-44 from a mount namespace one steps to the following ones until ENOENT, and back',
  () => {
    const agent = hostAgent();
    const made = [1, 2, 3].map(() => hostAgent({ unshare: ['mount'] }));
    const idOf = (fd: number) => agent.ioctl.mountNamespaceId(fd);
    // Ids are taken from a store of each processor: the first that was made need not have the lowest.
    const own = made.map((each) => each.passDescriptor(each.namespaces.open('mount'), agent));
    const [start] = own.sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1)) as [number];
    const seen = [idOf(start)];
    const walked = [start];
    for (;;) {
      const last = walked.at(-1) as number;
      let next: number;
      try {
        next = agent.ioctl.nextMountNamespace(last);
      } catch (error) {
        expect((error as { code?: string }).code).toBe('ENOENT');
        break;
      }
      walked.push(next);
      seen.push(idOf(next));
    }
    // In the order of their ids, and all of them.
    expect(seen).toEqual([...seen].sort((a, b) => (a < b ? -1 : 1)));
    for (const other of own) expect(seen).toContain(idOf(other));
    const back = agent.ioctl.previousMountNamespace(walked[1] as number);
    expect(idOf(back)).toBe(seen[0]);
  },
);

ns.needs('nsfs.mountId').test('MNT-44 is EPERM for root of another user namespace', () => {
  const agent = hostAgent({ unshare: ['user', 'mount'] });
  const fd = agent.namespaces.open('mount');
  expect(() => agent.ioctl.nextMountNamespace(fd)).toFailWithErrno('EPERM');
});

/** linux/nsfs.h, enum init_ns_ino: those of mount and network are fixed from Linux 6.18 on. */
const INITIAL: ReadonlyArray<[name: NamespaceName, inode: number]> = [
  ['ipc', 0xefffffff],
  ['uts', 0xeffffffe],
  ['user', 0xeffffffd],
  ['pid', 0xeffffffc],
  ['cgroup', 0xeffffffb],
  ['time', 0xeffffffa],
  ['net', 0xeffffff9],
  ['mount', 0xeffffff8],
];

/** kthreadd never leaves them. In a container it is not to be seen. */
function kernelThread(): string | undefined {
  const agent = ns.agent();
  try {
    const name = agent.fs.exists('/proc/2/comm') ? agent.fs.readFile('/proc/2/comm').trim() : '';
    return name === 'kthreadd' ? undefined : 'needs a machine whose kernel threads can be seen';
  } finally {
    agent.end();
  }
}

const gate = ns.needs('root', 'nsfs.id');
for (const [name, inode] of INITIAL) {
  const title = `PROC-12 the initial ${name} namespace has its fixed inode number`;
  const body = () => expect(hostAgent().namespaces.id(name, 2)).toBe(inode);
  if (gate.missing !== undefined) gate.test(title, body);
  else testUnless(kernelThread())(title, body);
}

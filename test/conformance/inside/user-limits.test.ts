import { describe, expect, test } from '@jest/globals';
import { type Agent, type NamespaceName, ns } from 'ns-jest';
import { writeKernelFile } from '../support/proc';
import { refusal } from '../support/refusal';
import { untilAllowed } from '../support/until-allowed';

const limitFile = (kind: string) => `/proc/sys/user/max_${kind}_namespaces`;
const setLimit = (agent: Agent, kind: string, value: number) =>
  writeKernelFile(agent, limitFile(kind), value);

describe('USER-21 with the limit of user namespaces', () => {
  test.each(['clone', 'unshare'] as const)('at 0 none can be made: ENOSPC by %s', (via) => {
    const agent = ns.agent({ unshare: ['user'] });
    setLimit(agent, 'user', 0);
    expect(() => agent.clone({ unshare: ['user'], via })).toFailWithErrno('ENOSPC');
    ns.agent({ unshare: ['user'] });
  });

  test('at 1 the one inside cannot make another, nor raise the limit for itself', () => {
    const outer = ns.agent({ unshare: ['user'] });
    setLimit(outer, 'user', 1);
    const inner = outer.clone({ unshare: ['user'] });
    expect(() => inner.clone({ unshare: ['user'] })).toFailWithErrno('ENOSPC');
    // The file that it sees is its own namespace's; what is around it still counts.
    setLimit(inner, 'user', 1000);
    expect(() => inner.clone({ unshare: ['user'] })).toFailWithErrno('ENOSPC');
    expect(() => inner.unshare(['user'])).toFailWithErrno('ENOSPC');
    expect(outer.fs.readFile(limitFile('user'))).toBe('1\n');
  });

  test('the sandbox’s own is as it was', () => {
    const before = ns.agent().fs.readFile(limitFile('user'));
    setLimit(ns.agent({ unshare: ['user'] }), 'user', 3);
    expect(ns.agent().fs.readFile(limitFile('user'))).toBe(before);
  });

  test('cannot be written by who is not root of the namespace', () => {
    const agent = ns.agent({ unshare: ['user'] });
    agent.user.setCapabilities({ effective: [], permitted: [] });
    const before = agent.fs.readFile(limitFile('user'));
    // The file is root's, who it still is; the kernel asks for CAP_SYS_RESOURCE.
    expect(() => setLimit(agent, 'user', 0)).toFailWithErrno('EACCES');
    expect(agent.fs.readFile(limitFile('user'))).toBe(before);
  });
});

describe.each([
  ['uts', 'uts'],
  ['ipc', 'ipc'],
  ['pid', 'pid'],
  ['net', 'net'],
  ['mnt', 'mount'],
  ['cgroup', 'cgroup'],
  ['time', 'time'],
] as ReadonlyArray<[string, NamespaceName]>)(
  'USER-22 a limit of one %s namespace',
  (kind, name) => {
    test('allows one, then it is ENOSPC, until that one is gone', () => {
      const agent = ns.agent({ unshare: ['user'] });
      setLimit(agent, kind, 1);
      const first = agent.clone({ unshare: [name] });
      expect(() => agent.clone({ unshare: [name] })).toThrow(
        refusal('ENOSPC', { syscall: 'clone3' }),
      );
      first.end();
      // The kernel takes a namespace apart in its own time.
      untilAllowed('ENOSPC', () => agent.clone({ unshare: [name] }));
    });

    test('counts those of nested user namespaces', () => {
      const agent = ns.agent({ unshare: ['user'] });
      setLimit(agent, kind, 1);
      const inner = agent.clone({ unshare: ['user'] });
      inner.clone({ unshare: [name] });
      expect(() => agent.clone({ unshare: [name] })).toFailWithErrno('ENOSPC');
      ns.agent({ unshare: [name] });
    });
  },
);

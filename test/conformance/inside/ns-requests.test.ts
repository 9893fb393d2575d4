import { describe, expect, test } from '@jest/globals';
import { type NamespaceFile, type NamespaceName, ns } from 'ns-jest';

// What nsfs tells of a namespace by its descriptor. ioctl_ns(2)

const ALL = Object.keys(ns.constants.NAMESPACE_FLAGS) as NamespaceName[];

ns.needs('nsfs.id').describe('NS-01 the 64-bit id', () => {
  test.each(ALL)('of a %s namespace is stable and not 0, and another one’s is another', (name) => {
    const agent = ns.agent({ unshare: ['user'] });
    const id = () => agent.ioctl.id(agent.namespaces.open(name));
    const own = id();
    expect(own).not.toBe(0n);
    expect(id()).toBe(own);
    // Of two processes in one namespace it is one.
    const sibling = agent.clone();
    expect(sibling.ioctl.id(sibling.namespaces.open(name))).toBe(own);
    const other = agent.clone({ unshare: [name] });
    expect(other.ioctl.id(other.namespaces.open(name))).not.toBe(own);
  });

  test('of a mount namespace is the one that statmount and listmount take', () => {
    const agent = ns.agent({ unshare: ['mount'] });
    const fd = agent.namespaces.open('mount');
    expect(agent.ioctl.id(fd)).toBe(agent.ioctl.mountNamespaceId(fd));
  });
});

describe('NS-03 the type', () => {
  test.each(ALL)('of a descriptor of a %s namespace is its CLONE flag', (name) => {
    const agent = ns.agent();
    const { NS, NAMESPACE_FLAGS } = ns.constants;
    const fd = agent.namespaces.open(name);
    expect(agent.syscall('ioctl', fd, NS.NS_GET_NSTYPE, 0)).toBe(NAMESPACE_FLAGS[name]);
    expect(agent.ioctl.type(fd)).toBe(name);
  });

  test('is on every descriptor of the package’s own helper, too', () => {
    for (const name of ALL) {
      using namespace = ns.namespaces.open({ namespace: name });
      expect(namespace.type).toBe(name);
      expect(namespace.inode).toBe(ns.namespaces.ids()[name]);
    }
  });
});

test.each(['/tmp', '/dev/null', '/proc/self/status', '/proc/self/mountinfo'])(
  'NS-04 requests on a descriptor of %s are ENOTTY',
  (path) => {
    const agent = ns.agent();
    const fd = agent.fs.open(path);
    const { ioctl } = agent;
    expect(() => ioctl.userNamespace(fd)).toFailWithErrno('ENOTTY');
    expect(() => ioctl.parent(fd)).toFailWithErrno('ENOTTY');
    expect(() => ioctl.type(fd)).toFailWithErrno('ENOTTY');
    expect(() => ioctl.ownerUid(fd)).toFailWithErrno('ENOTTY');
  },
);

test('NS-04 requests on a bad descriptor are EBADF, and for another kind of namespace EINVAL', () => {
  const agent = ns.agent();
  expect(() => agent.ioctl.type(9999)).toFailWithErrno('EBADF');
  const uts = agent.namespaces.open('uts');
  expect(() => agent.ioctl.parent(uts)).toFailWithErrno('EINVAL');
  expect(() => agent.ioctl.ownerUid(uts)).toFailWithErrno('EINVAL');
});

describe('NS-06 the parent', () => {
  test('of the outermost PID namespace that can be seen is EPERM', () => {
    const agent = ns.agent({ unshare: ['user', 'pid'] });
    expect(() => agent.ioctl.parent(agent.namespaces.open('pid'))).toFailWithErrno('EPERM');
  });

  test('of a PID namespace below is the own one', () => {
    const agent = ns.agent({ unshare: ['user', 'pid'] });
    const inner = agent.clone({ unshare: ['pid'] });
    const fd = inner.passDescriptor(inner.namespaces.open('pid'), agent);
    const parent = agent.ioctl.parent(fd);
    expect(agent.fs.fstat(parent).ino).toBe(agent.namespaces.id('pid'));
    expect(agent.fs.fstat(fd).ino).not.toBe(agent.namespaces.id('pid'));
  });

  test('of the parent is the grandparent', () => {
    const agent = ns.agent({ unshare: ['user', 'pid'] });
    const inner = agent.clone({ unshare: ['pid'] }).clone({ unshare: ['pid'] });
    const fd = inner.passDescriptor(inner.namespaces.open('pid'), agent);
    const grandparent = agent.ioctl.parent(agent.ioctl.parent(fd));
    expect(agent.fs.fstat(grandparent).ino).toBe(agent.namespaces.id('pid'));
    expect(() => agent.ioctl.parent(grandparent)).toFailWithErrno('EPERM');
  });
});

describe('NS-07 the owner', () => {
  test.each(ALL.filter((name) => name !== 'user'))(
    'of a %s namespace made with a user namespace is that one',
    (name) => {
      const agent = ns.agent({ unshare: ['user', name] });
      const owner = agent.ioctl.userNamespace(agent.namespaces.open(name));
      expect(agent.fs.fstat(owner).ino).toBe(agent.namespaces.id('user'));
    },
  );

  test('of one that was made before stays who it was', () => {
    const agent = ns.agent({ unshare: ['user', 'uts'] });
    const inner = agent.clone({ unshare: ['user'] });
    const fd = inner.passDescriptor(inner.namespaces.open('uts'), agent);
    expect(agent.fs.fstat(agent.ioctl.userNamespace(fd)).ino).toBe(agent.namespaces.id('user'));
    // From further inside it cannot be seen.
    expect(() => inner.ioctl.userNamespace(inner.namespaces.open('uts'))).toFailWithErrno('EPERM');
  });
});

ns.needs('pidfd.namespaces').describe('NS-08 a pidfd', () => {
  const files: NamespaceFile[] = [...ALL, 'pid_for_children', 'time_for_children'];

  test.each(files)('hands out a descriptor of the %s namespace of its process', (name) => {
    const agent = ns.agent();
    const other = ns.agent({ unshare: ALL });
    // The link for children exists from the first child on.
    other.fork();
    const fd = agent.pidfd.namespace(agent.pidfd.open(other.pid), name);
    expect(agent.fs.fstat(fd).ino).toBe(other.namespaces.id(name));
    expect(agent.fs.fstat(fd).ino).not.toBe(agent.namespaces.id(name));
  });

  test('of a process that has ended hands out nothing', () => {
    const agent = ns.agent();
    const child = agent.fork();
    const fd = agent.pidfd.open(child.pidInParent);
    agent.kill(child, 'SIGKILL');
    agent.wait(child);
    expect(() => agent.pidfd.namespace(fd, 'uts')).toFailWithErrno('ESRCH');
  });
});

ns.needs('nsfs.handle').describe('NS-14 the file handle', () => {
  test.each(ALL)('of a %s namespace reopens the same inode', (name) => {
    const agent = ns.agent({ unshare: ['user', ...ALL.filter((each) => each !== 'user')] });
    const fd = agent.namespaces.open(name);
    const again = agent.namespaces.openHandle(agent.namespaces.handle(fd));
    expect(again).not.toBe(fd);
    expect(agent.fs.fstat(again).ino).toBe(agent.fs.fstat(fd).ino);
    expect(agent.ioctl.type(again)).toBe(name);
  });

  test('opens nothing for who may not see the namespace, or once it is gone', () => {
    const agent = ns.agent({ unshare: ['user'] });
    const other = agent.clone({ unshare: ['uts'] });
    const handle = other.namespaces.handle(other.namespaces.open('uts'));
    agent.fs.close(agent.namespaces.openHandle(handle));
    const stranger = ns.agent({ unshare: ['user'] });
    expect(() => stranger.namespaces.openHandle(handle)).toFailWithErrno('ESTALE');
    other.end();
    expect(() => agent.namespaces.openHandle(handle)).toFailWithErrno('ESTALE');
  });

  test('works without any capability, too', () => {
    const agent = ns.agent();
    agent.user.setCapabilities({ effective: [], permitted: [] });
    const fd = agent.namespaces.open('uts');
    const again = agent.namespaces.openHandle(agent.namespaces.handle(fd));
    expect(agent.fs.fstat(again).ino).toBe(agent.namespaces.id('uts'));
  });
});

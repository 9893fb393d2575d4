import { afterEach, describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { OTHER } from '../support/ids';
import { refusal } from '../support/refusal';

// Most names are set by plain children of the test, so in its own namespace.
const HOSTNAME = ns.hostname.get();
const DOMAINNAME = ns.domainname.get();
afterEach(() => {
  ns.hostname.set(HOSTNAME);
  ns.domainname.set(DOMAINNAME);
});

const hostnameOf = (agent: Agent) => agent.uts.get().nodename;

test('UTS-01 two plain children read the same host name', () => {
  ns.hostname.set('parent');
  const maker = ns.agent();
  expect(hostnameOf(maker.fork())).toBe('parent');
  expect(hostnameOf(maker.fork())).toBe('parent');
});

describe('UTS-02 a name set by a plain child', () => {
  test('is seen by its sibling and by the parent', () => {
    const [first, second] = [ns.agent(), ns.agent()];
    first.uts.setHostname('child');
    first.uts.setDomainname('child.test');
    expect(second.uts.get()).toMatchObject({ nodename: 'child', domainname: 'child.test' });
    expect(ns.hostname.get()).toBe('child');
  });

  test('is seen by a child that is born later, and after its own end', () => {
    const first = ns.agent();
    first.uts.setHostname('lasting');
    first.end();
    expect(hostnameOf(ns.agent())).toBe('lasting');
  });
});

describe.each([
  ['UTS-03', 'clone'],
  ['UTS-04', 'unshare'],
] as const)('%s two children with a UTS namespace each, by %s', (_id, via) => {
  test('a name set in one leaves the other as it was inherited', () => {
    ns.hostname.set('inherited');
    ns.domainname.set('inherited.test');
    const [first, second] = [
      ns.agent({ unshare: ['uts'], via }),
      ns.agent({ unshare: ['uts'], via }),
    ];
    first.uts.setHostname('first');
    first.uts.setDomainname('first.test');
    expect(first.uts.get()).toMatchObject({ nodename: 'first', domainname: 'first.test' });
    expect(second.uts.get()).toMatchObject({
      nodename: 'inherited',
      domainname: 'inherited.test',
    });
    expect([ns.hostname.get(), ns.domainname.get()]).toEqual(['inherited', 'inherited.test']);
  });

  test('a name set by the parent afterwards does not reach them', () => {
    ns.hostname.set('before');
    const child = ns.agent({ unshare: ['uts'], via });
    ns.hostname.set('after');
    expect(hostnameOf(child)).toBe('before');
  });

  test('a nested namespace inherits what the middle one has', () => {
    const middle = ns.agent({ unshare: ['uts'], via });
    middle.uts.setHostname('middle');
    const inner = middle.clone({ unshare: ['uts'], via });
    expect(hostnameOf(inner)).toBe('middle');
    inner.uts.setHostname('inner');
    expect([hostnameOf(middle), ns.hostname.get()]).toEqual(['middle', HOSTNAME]);
  });

  test('a file below /proc/sys/kernel is of the namespace of who opens it', () => {
    const child = ns.agent({ unshare: ['uts'], via });
    const other = ns.agent();
    child.uts.setHostname('by-call');
    expect(child.fs.readFile('/proc/sys/kernel/hostname')).toBe('by-call\n');
    expect(other.fs.readFile('/proc/sys/kernel/hostname')).toBe(`${HOSTNAME}\n`);
  });
});

describe('UTS-05 a process that dropped its rights', () => {
  ns.needs('ids.many').test('by another uid cannot clone or unshare a namespace', () => {
    const agent = ns.agent();
    agent.clone({ unshare: ['uts'] }).end();
    agent.user.setresuid(OTHER);
    expect(() => agent.clone({ unshare: ['uts'] })).toFailWithErrno('EPERM');
    expect(() => agent.unshare(['uts'])).toFailWithErrno('EPERM');
    expect(agent.namespaces.id('uts')).toBe(ns.namespaces.ids().uts);
  });

  test('by dropping CAP_SYS_ADMIN alone cannot either, and has it with a user namespace', () => {
    const agent = ns.agent();
    const { permitted } = agent.user.capabilities();
    const without = permitted.filter((name) => name !== 'CAP_SYS_ADMIN');
    agent.user.setCapabilities({ effective: without, permitted: without });
    expect(() => agent.clone({ unshare: ['uts'] })).toFailWithErrno('EPERM');
    expect(() => agent.unshare(['uts'])).toFailWithErrno('EPERM');
    agent.unshare(['user', 'uts']);
    expect(agent.namespaces.id('uts')).not.toBe(ns.namespaces.ids().uts);
  });
});

describe('UTS-08 a name that is set', () => {
  test.each(['a', 'web-1', 'web-1.example.org', 'With Space', 'x'.repeat(64), ''])(
    'is read back unchanged: "%s"',
    (name) => {
      const agent = ns.agent({ unshare: ['uts'] });
      agent.uts.setHostname(name);
      agent.uts.setDomainname(name);
      expect(agent.uts.get()).toMatchObject({ nodename: name, domainname: name });
    },
  );

  test('is what programs see', () => {
    const agent = ns.agent({ unshare: ['uts'] });
    agent.uts.setHostname('for-programs');
    expect(agent.run('uname', ['-n']).stdout).toBe('for-programs\n');
  });

  test('is cut by the length that is given', () => {
    const agent = ns.agent({ unshare: ['uts'] });
    agent.uts.setHostname('abcdef', 3);
    expect(hostnameOf(agent)).toBe('abc');
  });

  test.each(['setHostname', 'setDomainname'] as const)(
    'by %s with a length below 0 or above 64 is EINVAL, from a bad address EFAULT',
    (set) => {
      const agent = ns.agent({ unshare: ['uts'] });
      expect(() => agent.uts[set]('name', -1)).toFailWithErrno('EINVAL');
      expect(() => agent.uts[set]('x'.repeat(65))).toFailWithErrno('EINVAL');
      const call = set === 'setHostname' ? 'sethostname' : 'setdomainname';
      expect(() => agent.syscall(call, 8, 4)).toFailWithErrno('EFAULT');
      expect(agent.uts.get()).toMatchObject({ nodename: HOSTNAME, domainname: DOMAINNAME });
    },
  );

  test('in the test itself is one for Node, too', () => {
    ns.hostname.set('of-the-test');
    ns.domainname.set('of.the.test');
    expect([ns.hostname.get(), ns.domainname.get()]).toEqual(['of-the-test', 'of.the.test']);
    expect(ns.sysctl.get('kernel.hostname')).toBe('of-the-test');
    expect(ns.sysctl.get('kernel.domainname')).toBe('of.the.test');
  });
});

describe('UTS-10 without CAP_SYS_ADMIN in effect both setters are EPERM', () => {
  ns.needs('ids.many').test('by an effective uid, until it is root again', () => {
    const agent = ns.agent({ unshare: ['uts'] });
    agent.user.seteuid(OTHER);
    expect(() => agent.uts.setHostname('no')).toThrow(refusal('EPERM', { syscall: 'sethostname' }));
    expect(() => agent.uts.setDomainname('no')).toThrow(
      refusal('EPERM', { syscall: 'setdomainname' }),
    );
    agent.user.seteuid(0);
    agent.uts.setHostname('yes');
    expect(hostnameOf(agent)).toBe('yes');
  });

  test('by the effective set alone, until it is raised again', () => {
    const agent = ns.agent({ unshare: ['uts'] });
    const { permitted } = agent.user.capabilities();
    agent.user.setCapabilities({ effective: [] });
    expect(() => agent.uts.setHostname('no')).toFailWithErrno('EPERM');
    expect(() => agent.uts.setDomainname('no')).toFailWithErrno('EPERM');
    agent.user.setCapabilities({ effective: permitted });
    agent.uts.setHostname('yes');
    expect(hostnameOf(agent)).toBe('yes');
  });
});

describe.each(['clone', 'unshare'] as const)('UTS-14 root of a new user namespace by %s', (via) => {
  test('may not rename the namespace that its parent owns', () => {
    const agent = ns.agent({ unshare: ['user'], via });
    expect(agent.user.capabilities().effective).toContain('CAP_SYS_ADMIN');
    expect(() => agent.uts.setHostname('no')).toFailWithErrno('EPERM');
    expect(() => agent.uts.setDomainname('no')).toFailWithErrno('EPERM');
    expect(ns.hostname.get()).toBe(HOSTNAME);
  });

  test('may rename one that it made', () => {
    const agent = ns.agent({ unshare: ['user'], via });
    agent.unshare(['uts']);
    agent.uts.setHostname('own');
    expect(hostnameOf(agent)).toBe('own');
    expect(ns.hostname.get()).toBe(HOSTNAME);
  });

  test('may not rename the one that it made after it has gone back', () => {
    const agent = ns.agent({ unshare: ['user'], via });
    const outer = agent.namespaces.open('uts');
    agent.unshare(['uts']);
    // setns(2) wants CAP_SYS_ADMIN over the one that is entered, which is the parent's.
    expect(() => agent.setns(outer, ['uts'])).toFailWithErrno('EPERM');
  });
});

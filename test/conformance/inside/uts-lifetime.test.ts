import fs from 'node:fs';
import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

// What keeps a UTS namespace, and how another process comes in. namespaces(7), setns(2)

test('a UTS namespace lives on by an open descriptor, with its names', () => {
  const first = ns.agent({ unshare: ['uts'] });
  first.uts.setHostname('kept');
  const fd = first.sendDescriptor(first.namespaces.open('uts'));
  first.end();
  const second = ns.agent({ join: { fd } });
  fs.closeSync(fd);
  expect(second.uts.get().nodename).toBe('kept');
});

test('a UTS namespace lives on by a bind mount, until it is unpinned', () => {
  const first = ns.agent({ unshare: ['uts'] });
  first.uts.setHostname('pinned');
  ns.namespaces.pin({ namespace: 'uts', pid: first.pid }, '/tmp/pinned-uts');
  first.end();
  const second = ns.agent({ join: { path: '/tmp/pinned-uts' } });
  ns.namespaces.unpin('/tmp/pinned-uts');
  expect(second.uts.get().nodename).toBe('pinned');
  expect(second.namespaces.id('uts')).not.toBe(ns.namespaces.ids().uts);
});

test('a name set by one who joined is seen by all inside, and by nobody outside', () => {
  const outside = ns.hostname.get();
  const owner = ns.agent({ unshare: ['uts'] });
  const guest = ns.agent({ join: { agent: owner, namespaces: ['uts'] } });
  guest.uts.setHostname('by-guest');
  expect(owner.uts.get().nodename).toBe('by-guest');
  expect(ns.hostname.get()).toBe(outside);
});

test('who enters and goes back sees first the one name, then the other', () => {
  const outside = ns.hostname.get();
  const owner = ns.agent({ unshare: ['uts'] });
  owner.uts.setHostname('inner');
  const guest = ns.agent();
  const back = guest.namespaces.open('uts');
  guest.setns(guest.pidfd.open(owner.pid), ['uts']);
  expect(guest.uts.get().nodename).toBe('inner');
  guest.setns(back);
  expect(guest.uts.get().nodename).toBe(outside);
});

ns.needs('root.files').test('a name written to /proc/sys/kernel/hostname is the writer’s', () => {
  const outside = ns.hostname.get();
  const agent = ns.agent({ unshare: ['uts'] });
  agent.fs.writeFile('/proc/sys/kernel/hostname', 'by-file', { flags: 'O_WRONLY' });
  expect(agent.uts.get().nodename).toBe('by-file');
  expect(ns.hostname.get()).toBe(outside);
});

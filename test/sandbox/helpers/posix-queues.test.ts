import fs from 'node:fs';
import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('a queue that was created is listed, and gone when it was removed', () => {
  ns.posixQueues.create({ name: '/jobs', mode: 0o600 });
  expect(ns.posixQueues.list()).toStrictEqual([
    { name: '/jobs', mode: 0o600, uid: process.getuid?.(), gid: process.getgid?.() },
  ]);
  expect(fs.readdirSync('/dev/mqueue')).toEqual(['jobs']);
  ns.posixQueues.remove('/jobs');
  expect(ns.posixQueues.list()).toStrictEqual([]);
});

test('a message of higher priority is received first', () => {
  ns.posixQueues.create({ name: '/order', maxMessages: 2, messageSize: 16 });
  ns.posixQueues.send('/order', { data: 'later' });
  ns.posixQueues.send('/order', { data: 'sooner', priority: 9 });
  expect(ns.posixQueues.attributes('/order')).toStrictEqual({
    maxMessages: 2,
    messageSize: 16,
    messages: 2,
  });
  expect(ns.posixQueues.receive('/order')).toStrictEqual({
    data: Buffer.from('sooner'),
    priority: 9,
  });
  expect(ns.posixQueues.receive('/order')).toStrictEqual({
    data: Buffer.from('later'),
    priority: 0,
  });
  ns.posixQueues.remove('/order');
});

test('an empty queue says EAGAIN, or ETIMEDOUT after a wait', () => {
  ns.posixQueues.create({ name: '/empty' });
  expect(() => ns.posixQueues.receive('/empty')).toThrow(
    expect.objectContaining({ code: 'EAGAIN', syscall: 'mq_receive', path: '/empty' }),
  );
  expect(() => ns.posixQueues.receive('/empty', { wait: 30 })).toThrow(
    expect.objectContaining({ code: 'ETIMEDOUT' }),
  );
  ns.posixQueues.remove('/empty');
});

test('a full queue and a long message are refused', () => {
  ns.posixQueues.create({ name: '/small', maxMessages: 1, messageSize: 4 });
  expect(() => ns.posixQueues.send('/small', { data: '12345' })).toThrow(
    expect.objectContaining({ code: 'EMSGSIZE' }),
  );
  ns.posixQueues.send('/small', { data: '1234' });
  expect(() => ns.posixQueues.send('/small', { data: '' })).toThrow(
    expect.objectContaining({ code: 'EAGAIN' }),
  );
  ns.posixQueues.remove('/small');
});

test('a name belongs to one queue, and none is found that was not created', () => {
  ns.posixQueues.create({ name: '/once' });
  expect(() => ns.posixQueues.create({ name: '/once' })).toThrow(
    expect.objectContaining({ code: 'EEXIST' }),
  );
  ns.posixQueues.create({ name: '/once', exclusive: false });
  ns.posixQueues.remove('/once');
  expect(() => ns.posixQueues.remove('/once')).toThrow(
    expect.objectContaining({ code: 'ENOENT', syscall: 'mq_unlink' }),
  );
  expect(() => ns.posixQueues.attributes('/once')).toThrow(
    expect.objectContaining({ code: 'ENOENT' }),
  );
});

test('without an mqueue file system on /dev/mqueue the list is an error, not empty', () => {
  ns.mounts.mount({ type: 'tmpfs', target: '/dev/mqueue' });
  expect(() => ns.posixQueues.list()).toThrow('no mqueue file system is mounted on /dev/mqueue');
  ns.mounts.unmount('/dev/mqueue');
  expect(ns.posixQueues.list()).toStrictEqual([]);
});

test('one is told, once, when a message comes into the empty queue', async () => {
  ns.posixQueues.create({ name: '/bell' });
  const bell = ns.posixQueues.notify('/bell');
  expect(bell.wait(0)).toBe(false);
  const script = `const { ns } = require(${JSON.stringify(require.resolve('ns-jest'))});
    let code;
    try { ns.posixQueues.notify('/bell'); } catch (error) { code = error.code; }
    ns.posixQueues.send('/bell', { data: 'x' });
    console.log(code);`;
  expect((await ns.run(process.execPath, ['-e', script])).stdout).toBe('EBUSY\n');
  expect(bell.wait(1000)).toBe(true);
  // It was one notification.
  ns.posixQueues.receive('/bell');
  ns.posixQueues.send('/bell', { data: 'y' });
  expect(bell.wait(10)).toBe(false);
  bell.close();
  bell.close();
  expect(() => bell.wait(0)).toThrow("The registration for queue '/bell' is closed");
  ns.posixQueues.remove('/bell');
});

test('a registration ends with the use of the queue, and can be made again', () => {
  ns.posixQueues.create({ name: '/bell' });
  const first = ns.posixQueues.notify('/bell');
  ns.posixQueues.attributes('/bell');
  ns.posixQueues.send('/bell', { data: 'x' });
  expect(first.wait(10)).toBe(false);
  ns.posixQueues.receive('/bell');
  const second = ns.posixQueues.notify('/bell');
  ns.posixQueues.send('/bell', { data: 'x' });
  expect(second.wait(1000)).toBe(true);
  first[Symbol.dispose]();
  second[Symbol.dispose]();
  ns.posixQueues.remove('/bell');
  expect(() => ns.posixQueues.notify('/bell')).toThrow(
    expect.objectContaining({ code: 'ENOENT', syscall: 'mq_open', path: '/bell' }),
  );
});

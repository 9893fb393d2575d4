import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('a queue that was created is listed, and gone when it was removed', () => {
  const { id } = ns.messageQueues.create({ key: 0xfeed_beef, mode: 0o640 });
  expect(ns.messageQueues.list()).toStrictEqual([
    {
      id,
      key: 0xfeed_beef,
      mode: 0o640,
      uid: process.getuid?.(),
      gid: process.getgid?.(),
      messages: 0,
      bytes: 0,
    },
  ]);
  ns.messageQueues.remove(id);
  expect(ns.messageQueues.list()).toStrictEqual([]);
});

test('messages are received whole, by type or in order', () => {
  const { id } = ns.messageQueues.create();
  ns.messageQueues.send(id, { type: 1, data: 'first' });
  ns.messageQueues.send(id, { type: 2, data: new Uint8Array([0, 255, 0]) });
  ns.messageQueues.send(id, { type: 1, data: '' });
  expect(ns.messageQueues.list()).toMatchObject([{ messages: 3, bytes: 8 }]);
  expect(ns.messageQueues.receive(id, { type: 2 })).toStrictEqual({
    type: 2,
    data: Buffer.from([0, 255, 0]),
  });
  expect(ns.messageQueues.receive(id).data.toString()).toBe('first');
  expect(ns.messageQueues.receive(id).data).toHaveLength(0);
  ns.messageQueues.remove(id);
});

test('an empty queue says ENOMSG, in an error of this realm', () => {
  const { id } = ns.messageQueues.create();
  const receive = () => ns.messageQueues.receive(id, { wait: 20 });
  expect(receive).toThrow(Error);
  expect(receive).toThrow(
    expect.objectContaining({ code: 'ENOMSG', errno: -42, syscall: 'msgrcv', id }),
  );
  ns.messageQueues.remove(id);
});

test('a full queue says EAGAIN', () => {
  const { id } = ns.messageQueues.create();
  const fill = () => {
    for (let sent = 0; sent < 1000; sent += 1) {
      ns.messageQueues.send(id, { type: 1, data: 'x'.repeat(4096) });
    }
  };
  expect(fill).toThrow(expect.objectContaining({ code: 'EAGAIN' }));
  ns.messageQueues.remove(id);
});

test('a key belongs to one queue', () => {
  const { id } = ns.messageQueues.create({ key: 5 });
  expect(() => ns.messageQueues.create({ key: 5 })).toThrow(
    expect.objectContaining({ code: 'EEXIST', key: 5 }),
  );
  expect(ns.messageQueues.create({ key: 5, exclusive: false }).id).toBe(id);
  expect(ns.messageQueues.open({ key: 5 })).toStrictEqual({ id, key: 5 });
  ns.messageQueues.remove(id);
  expect(() => ns.messageQueues.open({ key: 5 })).toThrow(
    expect.objectContaining({ code: 'ENOENT' }),
  );
  expect(() => ns.messageQueues.remove(id)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
});

const { startRedis } = require('./redis');

let redis;
beforeAll(async () => {
  redis = await startRedis();
});

test('the Redis on port 6379 is empty at the start', async () => {
  expect(await redis('DBSIZE')).toBe(0);
});

test('FLUSHALL, of all commands, disturbs no other file', async () => {
  await redis('SADD', 'visits', 'ann', 'bob');
  expect(await redis('SCARD', 'visits')).toBe(2);
  await redis('FLUSHALL');
  expect(await redis('DBSIZE')).toBe(0);
});

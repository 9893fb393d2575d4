const { startRedis } = require('./redis');

let redis;
beforeAll(async () => {
  redis = await startRedis();
});

test('the Redis on port 6379 is empty at the start', async () => {
  expect(await redis('DBSIZE')).toBe(0);
});

test('the first visit is the first', async () => {
  expect(await redis('INCR', 'visits')).toBe(1);
});

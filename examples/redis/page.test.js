const { startRedis } = require('./redis');

let redis;
beforeAll(async () => {
  redis = await startRedis();
});

test('the Redis on port 6379 is empty at the start', async () => {
  expect(await redis('DBSIZE')).toBe(0);
});

test('nobody has written "visits" as text either', async () => {
  expect(await redis('GET', 'visits')).toBeNull();
  await redis('SET', 'visits', 'many, and from afar');
  expect(await redis('GET', 'visits')).toBe('many, and from afar');
});

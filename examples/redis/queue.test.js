const { startRedis } = require('./redis');

let redis;
beforeAll(async () => {
  redis = await startRedis();
});

test('the Redis on port 6379 is empty at the start', async () => {
  expect(await redis('DBSIZE')).toBe(0);
});

test('a queue called "visits" gives back its own jobs only', async () => {
  await redis('RPUSH', 'visits', 'monday', 'tuesday');
  expect(await redis('LPOP', 'visits')).toBe('monday');
  expect(await redis('LPOP', 'visits')).toBe('tuesday');
  expect(await redis('LPOP', 'visits')).toBeNull();
});

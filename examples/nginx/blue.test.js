const { ns } = require('ns-jest');
const { startNginx } = require('./nginx');

beforeAll(() => startNginx('blue'));

test('nginx runs, and has workers', () => {
  expect(ns).toHaveProcess(/^nginx: master process/);
  expect(ns).toHaveProcess(/^nginx: worker process/);
});

test('port 80 serves the page of this file, and not the other one', async () => {
  const response = await fetch('http://127.0.0.1/');
  expect(response.headers.get('server')).toMatch(/^nginx/);
  expect(await response.text()).toBe('blue');
});

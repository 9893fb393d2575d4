import { expect, jest, test } from '@jest/globals';
import { run } from '../../../src/helpers/run';

test('resolves whatever the exit code is', async () => {
  const result = await run('sh', ['-c', 'cat; echo oops >&2; exit 3'], { input: 'in' });
  expect(result).toStrictEqual({ stdout: 'in', stderr: 'oops\n', code: 3, signal: null });
});

test('says which signal ended the program', async () => {
  const result = await run('sh', ['-c', 'kill -TERM $$']);
  expect(result).toMatchObject({ code: null, signal: 'SIGTERM' });
});

test('kills after the timeout, though a child holds the output open and timers are faked', async () => {
  jest.useFakeTimers();
  const result = await run('sh', ['-c', 'echo first; sleep 5; true'], { timeout: 200 });
  jest.useRealTimers();
  expect(result).toStrictEqual({ stdout: 'first\n', stderr: '', code: null, signal: 'SIGKILL' });
});

test('a program need not read its input', async () => {
  await expect(run('true', [], { input: 'x'.repeat(1e6) })).resolves.toMatchObject({ code: 0 });
});

test('characters of several bytes survive being cut into pieces', async () => {
  const text = 'é€😀'.repeat(50_000);
  await expect(run('cat', [], { input: text })).resolves.toMatchObject({ stdout: text });
});

test("rejects with Node's own error, of this realm, if there is no such program", async () => {
  const error = await run('/nowhere/nope', ['a']).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    message: 'spawn /nowhere/nope ENOENT',
    code: 'ENOENT',
    path: '/nowhere/nope',
  });
});

import vm from 'node:vm';
import { expect, test } from '@jest/globals';
import { decode, encode } from '../../../src/channel/encode';
import { packError, unpackError } from '../../../src/channel/errors';

const across = (value: unknown) => unpackError(decode(encode(packError(value)))) as Error;

test('message, stack, name and properties are kept', () => {
  const error = Object.assign(new TypeError('no'), { code: 'ENOENT', matcherResult: { a: 1 } });
  const copy = across(error);
  expect(copy).toBeInstanceOf(Error);
  expect(copy).toMatchObject({ code: 'ENOENT', matcherResult: { a: 1 }, name: 'TypeError' });
  expect(copy.message).toBe('no');
  expect(copy.stack).toBe(error.stack);
  expect(Object.keys(copy)).toEqual(['code', 'matcherResult']);
});

test('a name is among the keys where it was', () => {
  expect({ ...across(Object.assign(new Error('no'), { name: 'TSError' })) }).toEqual({
    name: 'TSError',
  });
  expect({ ...across(new TypeError('no')) }).toEqual({});
});

test('causes and aggregated errors are kept', () => {
  const cause = new AggregateError([new Error('one'), 'two'], 'several');
  const copy = across(new Error('outer', { cause }));
  const inner = copy.cause as AggregateError;
  expect(inner.message).toBe('several');
  expect((inner.errors[0] as Error).message).toBe('one');
  expect(inner.errors[1]).toBe('two');
});

test('a cause that leads back ends', () => {
  const error = new Error('round');
  error.cause = error;
  expect(across(error).cause).toBe('Error: round');
});

test('an error of another realm is one', () => {
  expect(across(vm.runInNewContext("new RangeError('there')")).message).toBe('there');
});

test.each([['text'], [undefined], [0], [{ a: 1 }]])('%p is thrown as it is', (value) => {
  expect(across(value)).toEqual(value);
});

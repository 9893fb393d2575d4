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

test('an error that is met twice is one', () => {
  const error = new Error('round');
  error.cause = error;
  const round = across(error);
  expect(round.cause).toBe(round);
  const cause = new Error('shared');
  const both = across(new AggregateError([new Error('a', { cause }), new Error('b', { cause })]));
  const [one, other] = (both as AggregateError).errors as Error[];
  expect(one?.cause).toMatchObject({ message: 'shared' });
  expect(other?.cause).toBe(one?.cause);
});

test('errors among the properties are errors', () => {
  const copy = across(Object.assign(new Error('outer'), { original: new TypeError('inner') }));
  const { original } = copy as unknown as { original: Error };
  expect(original).toBeInstanceOf(Error);
  expect(original.name).toBe('TypeError');
});

test.each([
  [
    'made by hand',
    () => Object.assign(Object.create(Error.prototype), { message: 'm', stack: 's' }),
  ],
  [
    'of a class with getters',
    () =>
      new (class DOMException {
        get name() {
          return 'AbortError';
        }
        get message() {
          return 'm';
        }
        get stack() {
          return 's';
        }
      })(),
  ],
])('an error %s is one, though not to V8', (_, make) => {
  const copy = across(make());
  expect(copy).toBeInstanceOf(Error);
  expect(copy).toMatchObject({ message: 'm', stack: 's' });
});

test('a property that cannot be read costs itself only', () => {
  const error = Object.defineProperty(new Error('kept'), 'broken', {
    enumerable: true,
    get() {
      throw new Error('no');
    },
  });
  expect(across(error).message).toBe('kept');
  const proxy = new Proxy(new Error('hidden'), {
    get() {
      throw new Error('no');
    },
    getPrototypeOf() {
      throw new Error('no');
    },
  });
  expect(() => across(proxy)).not.toThrow();
});

test('causes of causes end', () => {
  let error = new Error('first');
  for (let depth = 0; depth < 20_000; depth++)
    error = new Error(`after ${depth}`, { cause: error });
  expect(across(error).message).toBe('after 19999');
});

test('an error of another realm is one', () => {
  expect(across(vm.runInNewContext("new RangeError('there')")).message).toBe('there');
});

test.each([['text'], [undefined], [0], [{ a: 1 }]])('%p is thrown as it is', (value) => {
  expect(across(value)).toEqual(value);
});

import { expect, jest, test } from '@jest/globals';
import { waitFor } from '../../../src/helpers/wait-for';

function failing(code: string, times: number) {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls <= times) throw Object.assign(new Error(code), { code });
    return calls;
  };
}

test('tries until it works', () => {
  expect(waitFor(1000, 'ENOMSG', failing('ENOMSG', 3))).toBe(4);
});

test('tries once if it is not to wait', () => {
  expect(() => waitFor(0, 'ENOMSG', failing('ENOMSG', 1))).toThrow('ENOMSG');
});

test('another error ends it at once', () => {
  expect(() => waitFor(60_000, 'ENOMSG', failing('EIDRM', 1))).toThrow('EIDRM');
});

test('comes to an end when the clock is faked', () => {
  jest.useFakeTimers();
  expect(() => waitFor(20, 'ENOMSG', failing('ENOMSG', 1e6))).toThrow('ENOMSG');
  jest.useRealTimers();
});

import os from 'node:os';
import vm from 'node:vm';
import { expect, test } from '@jest/globals';
import { isSystemError, SystemError } from '../../../src/errors/system-error';

test("has the shape of Node's own errors", () => {
  const error = new SystemError({ errno: 1, syscall: 'sethostname', facts: { hostname: 'web-1' } });
  expect(error.message).toBe("EPERM: operation not permitted, sethostname 'web-1'");
  expect({ ...error }).toStrictEqual({
    errno: -1,
    code: 'EPERM',
    syscall: 'sethostname',
    hostname: 'web-1',
  });
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toMatch(/^SystemError: EPERM/);
});

test('shows a path and a destination as Node does, and no other fact beside them', () => {
  const facts = { path: '/a', dest: '/b', type: 'tmpfs' };
  const error = new SystemError({ errno: -2, syscall: 'mount', facts });
  expect(error.message).toBe("ENOENT: no such file or directory, mount '/a' -> '/b'");
  expect(error).toMatchObject(facts);
});

test('names a number, and leaves out what is undefined', () => {
  const facts = { id: 7, name: undefined };
  const error = new SystemError({ errno: 22, syscall: 'msgctl', facts });
  expect(error.message).toBe('EINVAL: invalid argument, msgctl id 7');
  expect(error).not.toHaveProperty('name', undefined);
});

test("ends in the kernel's own sentence where there is one", () => {
  const error = new SystemError({
    errno: 22,
    syscall: 'RTM_NEWROUTE',
    facts: { destination: '10.0.0.1/8' },
    kernelMessage: 'Invalid prefix for given prefix length',
  });
  expect(error.message).toBe(
    "EINVAL: invalid argument, RTM_NEWROUTE '10.0.0.1/8' (Invalid prefix for given prefix length)",
  );
  expect(error.kernelMessage).toBe('Invalid prefix for given prefix length');
});

test.each(Object.entries(os.constants.errno))('%s has a name and a text', (_, errno) => {
  const { code, message } = new SystemError({ errno, syscall: 'x' });
  expect(Object.entries(os.constants.errno)).toContainEqual([code, errno]);
  expect(message).not.toMatch(/unknown error/);
});

test.each([
  [43, 'EIDRM: identifier removed, msgrcv'],
  [42, 'ENOMSG: no message of desired type, msgrcv'],
  [87, 'EUSERS: too many users, msgrcv'],
  [4000, 'ERRNO_4000: unknown error 4000, msgrcv'],
])('%i, which libuv does not know, becomes %j', (errno, message) => {
  expect(new SystemError({ errno, syscall: 'msgrcv' }).message).toBe(message);
});

test('is known by its brand, in any realm', () => {
  const foreign = vm.runInNewContext(
    "Object.defineProperty(new Error(), Symbol.for('ns-jest.SystemError'), { value: true })",
  );
  expect(isSystemError(foreign)).toBe(true);
  expect(isSystemError(new SystemError({ errno: 1, syscall: 'x' }))).toBe(true);
  expect(isSystemError(new Error('EPERM'))).toBe(false);
  expect(isSystemError(null)).toBe(false);
  expect(isSystemError('EPERM')).toBe(false);
});

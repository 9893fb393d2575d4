import fs from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import './recorded';
import { failureOf } from './recorded';

const missing = () => fs.readFileSync('/nope');
const missingLater = () => fs.promises.readFile('/nope');

/** What a failing assertion about something asynchronous says. */
async function failureOfLater(assertion: () => Promise<void>): Promise<string> {
  const error = await assertion().then(
    () => undefined,
    (reason: Error) => reason,
  );
  return failureOf(() => {
    if (error !== undefined) throw error;
  });
}

describe('toFailWithErrno', () => {
  test('passes', () => {
    expect(missing).toFailWithErrno('ENOENT');
  });

  test('passes for another name of the same number', () => {
    const full = () => {
      throw Object.assign(new Error('full'), { code: 'EAGAIN' });
    };
    expect(full).toFailWithErrno('EWOULDBLOCK');
    expect(full).not.toFailWithErrno('EUSERS');
  });

  test('passes for what fails later', async () => {
    await expect(missingLater).toFailWithErrno('ENOENT');
    await expect(missingLater()).toFailWithErrno('ENOENT');
  });

  test('fails', () => {
    expect(failureOf(() => expect(missing).toFailWithErrno('EPERM'))).toMatchInlineSnapshot(`
"expect(operation).toFailWithErrno(expected)

Expected errno: "EPERM"
What happened:  it failed with ENOENT: no such file or directory, open '/nope'"
`);
  });

  test('fails if nothing fails', () => {
    expect(failureOf(() => expect(() => 3).toFailWithErrno('EPERM'))).toMatchInlineSnapshot(`
"expect(operation).toFailWithErrno(expected)

Expected errno: "EPERM"
What happened:  it did not fail, and returned 3"
`);
  });

  test('fails if it is another kind of error', () => {
    const typo = () => {
      throw new TypeError('x is not a function');
    };
    expect(failureOf(() => expect(typo).toFailWithErrno('EPERM'))).toMatchInlineSnapshot(`
"expect(operation).toFailWithErrno(expected)

Expected errno: "EPERM"
What happened:  it failed with TypeError: x is not a function"
`);
  });

  test('fails later', async () => {
    expect(
      await failureOfLater(() => expect(missingLater).toFailWithErrno('EPERM')),
    ).toMatchInlineSnapshot(`
"expect(operation).toFailWithErrno(expected)

Expected errno: "EPERM"
What happened:  it failed with ENOENT: no such file or directory, open '/nope'"
`);
  });

  test('.not passes', async () => {
    expect(missing).not.toFailWithErrno('EPERM');
    expect(() => 3).not.toFailWithErrno('EPERM');
    await expect(missingLater()).not.toFailWithErrno('EPERM');
  });

  test('.not fails', () => {
    expect(failureOf(() => expect(missing).not.toFailWithErrno('ENOENT'))).toMatchInlineSnapshot(`
"expect(operation).not.toFailWithErrno(expected)

Expected errno: not "ENOENT"
What happened:  it failed with ENOENT: no such file or directory, open '/nope'"
`);
  });

  test('.not fails later', async () => {
    const failing = () => expect(missingLater).not.toFailWithErrno('ENOENT');
    expect(await failureOfLater(failing)).toContain('Expected errno: not "ENOENT"');
  });

  test('needs an operation', () => {
    expect(failureOf(() => expect(3).toFailWithErrno('EPERM'))).toMatchInlineSnapshot(`
"expect(operation).toFailWithErrno(expected)

Matcher error: received value must be a function or a promise

Received has type:  number
Received has value: 3"
`);
  });

  test('needs a code that there is', () => {
    expect(failureOf(() => expect(missing).toFailWithErrno('EPER'))).toMatchInlineSnapshot(`
"expect(operation).toFailWithErrno(expected)

Matcher error: expected value must be a name of errno(3) such as "EPERM". Did you mean "EPERM"?

Expected has type:  string
Expected has value: "EPER""
`);
  });
});

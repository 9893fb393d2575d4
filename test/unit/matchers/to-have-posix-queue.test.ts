import { describe, expect, test } from '@jest/globals';
import { failureOf, ns } from './recorded';

describe('toHavePosixQueue', () => {
  test('passes', () => {
    expect(ns).toHavePosixQueue('/jobs');
    expect(ns).toHavePosixQueue(/job/);
  });

  test('fails', () => {
    expect(failureOf(() => expect(ns).toHavePosixQueue('/mail'))).toMatchInlineSnapshot(`
"expect(ns).toHavePosixQueue(expected)

Expected a POSIX queue named "/mail"
POSIX queues in this sandbox:
  /jobs"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHavePosixQueue('jobs');
  });

  test('.not fails', () => {
    expect(failureOf(() => expect(ns).not.toHavePosixQueue('/jobs'))).toMatchInlineSnapshot(`
"expect(ns).not.toHavePosixQueue(expected)

Expected no POSIX queue named "/jobs"
But there is:
  /jobs"
`);
  });
});

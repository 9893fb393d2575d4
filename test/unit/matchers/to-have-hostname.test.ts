import { describe, expect, test } from '@jest/globals';
import { failureOf, ns } from './recorded';

describe('toHaveHostname', () => {
  test('passes', () => {
    expect(ns).toHaveHostname('web-1');
    expect(ns).toHaveHostname(/^web-/);
    expect(ns).toHaveHostname(expect.stringContaining('web'));
  });

  test('fails', () => {
    expect(failureOf(() => expect(ns).toHaveHostname('web-2'))).toMatchInlineSnapshot(`
"expect(ns).toHaveHostname(expected)

Expected hostname: "web-2"
Received hostname: "web-1""
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveHostname('web');
    expect(ns).not.toHaveHostname(/^db-/);
  });

  test('.not fails', () => {
    expect(failureOf(() => expect(ns).not.toHaveHostname(/^web-/))).toMatchInlineSnapshot(`
"expect(ns).not.toHaveHostname(expected)

Expected hostname: not /^web-/
Received hostname:     "web-1""
`);
  });

  test('needs a text', () => {
    expect(
      failureOf(() => expect(ns).toHaveHostname(undefined as unknown as string)),
    ).toMatchInlineSnapshot(`
"expect(ns).toHaveHostname(expected)

Matcher error: expected value must be a string or a regular expression

Expected has value: undefined"
`);
  });
});

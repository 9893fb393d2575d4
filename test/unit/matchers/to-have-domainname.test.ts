import { describe, expect, test } from '@jest/globals';
import { failureOf, ns } from './recorded';

describe('toHaveDomainname', () => {
  test('passes', () => {
    expect(ns).toHaveDomainname('example.org');
    expect(ns).toHaveDomainname(/\.org$/);
  });

  test('fails', () => {
    expect(failureOf(() => expect(ns).toHaveDomainname('example.com'))).toMatchInlineSnapshot(`
"expect(ns).toHaveDomainname(expected)

Expected domain name: "example.com"
Received domain name: "example.org""
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveDomainname('example');
  });

  test('.not fails', () => {
    expect(failureOf(() => expect(ns).not.toHaveDomainname('example.org'))).toMatchInlineSnapshot(`
"expect(ns).not.toHaveDomainname(expected)

Expected domain name: not "example.org"
Received domain name:     "example.org""
`);
  });
});

import { describe, expect, test } from '@jest/globals';
import { failureOf, ns } from './recorded';

describe('toShareNamespacesWith', () => {
  test('passes', () => {
    expect(ns).toShareNamespacesWith(1);
    expect(ns).toShareNamespacesWith(9, ['uts', 'ipc']);
  });

  test('fails', () => {
    expect(
      failureOf(() => expect(ns).toShareNamespacesWith(9, ['net', 'uts'])),
    ).toMatchInlineSnapshot(`
"expect(ns).toShareNamespacesWith(expected)

Expected all of these namespaces to be shared with process 9
Namespaces of this process and of that one:
  net  here 4026531840  there 4026532300  not shared
  uts  here 4026532202  there 4026532202  shared"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toShareNamespacesWith(9, ['net']);
  });

  test('.not fails', () => {
    expect(
      failureOf(() => expect(ns).not.toShareNamespacesWith(9, ['net', 'uts'])),
    ).toMatchInlineSnapshot(`
"expect(ns).not.toShareNamespacesWith(expected)

Expected none of these namespaces to be shared with process 9
Namespaces of this process and of that one:
  net  here 4026531840  there 4026532300  not shared
  uts  here 4026532202  there 4026532202  shared"
`);
  });

  test('needs a process and names', () => {
    expect(failureOf(() => expect(ns).toShareNamespacesWith('1' as never))).toContain(
      'value must be a process id',
    );
    expect(failureOf(() => expect(ns).not.toShareNamespacesWith(1, ['mnt' as never]))).toContain(
      'Did you mean "mount"?',
    );
  });
});

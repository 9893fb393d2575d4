import { describe, expect, test } from '@jest/globals';
import { failureOf, ns } from './recorded';

describe('toHaveNamespace', () => {
  test('passes', () => {
    expect(ns).toHaveNamespace();
    expect(ns).toHaveNamespace({ type: 'net', paths: ['/run/netns/web'] });
    expect(ns).toHaveNamespace({ inode: 4026532300, command: /^nginx/, pid: 9, uid: 0 });
    expect(ns).toHaveNamespace({ pid: 1, owner: undefined });
  });

  test('fails', () => {
    expect(
      failureOf(() => expect(ns).toHaveNamespace({ type: 'net', processes: 0 })),
    ).toMatchInlineSnapshot(`
"expect(ns).toHaveNamespace(expected)

Expected a namespace with {"processes": 0, "type": "net"}
Namespaces in this sandbox:
  net 4026531840 processes 2 pid 1 ns-init
  net 4026532300 processes 2 pid 9 nginx: master process at /run/netns/web"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveNamespace({ type: 'uts' });
    expect(ns).not.toHaveNamespace({ paths: [/red/] });
  });

  test('.not fails', () => {
    expect(
      failureOf(() => expect(ns).not.toHaveNamespace({ paths: [/netns/] })),
    ).toMatchInlineSnapshot(`
"expect(ns).not.toHaveNamespace(expected)

Expected no namespace with {"paths": [/netns/]}
But there is:
  net 4026532300 processes 2 pid 9 nginx: master process at /run/netns/web"
`);
  });
});

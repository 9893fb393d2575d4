import { describe, expect, test } from '@jest/globals';
import { failureOf, ns } from './recorded';

describe('toBeIsolatedFromHost', () => {
  test('passes', () => {
    expect(ns).toBeIsolatedFromHost();
    expect(ns).toBeIsolatedFromHost(['uts']);
    expect(ns).toBeIsolatedFromHost(['uts', 'ipc']);
  });

  test('fails', () => {
    expect(failureOf(() => expect(ns).toBeIsolatedFromHost(['uts', 'net']))).toMatchInlineSnapshot(`
"expect(ns).toBeIsolatedFromHost(expected)

Expected all of these namespaces to be isolated from the host
Namespaces of this sandbox:
  uts  inside 4026532202  host 4026531838  isolated
  net  inside 4026531840  host 4026531840  not isolated"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toBeIsolatedFromHost(['net']);
    expect(ns).not.toBeIsolatedFromHost(['uts', 'net']);
  });

  test('.not fails', () => {
    expect(failureOf(() => expect(ns).not.toBeIsolatedFromHost())).toMatchInlineSnapshot(`
"expect(ns).not.toBeIsolatedFromHost()

Expected not all of these namespaces to be isolated from the host
Namespaces of this sandbox:
  mount  inside 4026532201  host 4026531841  isolated
  pid    inside 4026532204  host 4026531836  isolated
  ipc    inside 4026532203  host 4026531839  isolated
  uts    inside 4026532202  host 4026531838  isolated"
`);
  });

  test('a number that the kernel does not give proves no isolation', () => {
    const blind: typeof ns = {
      ...ns,
      namespaces: { ...ns.namespaces, hostIds: () => ({ ...ns.namespaces.hostIds(), uts: null }) },
    };
    expect(failureOf(() => expect(blind).toBeIsolatedFromHost(['uts']))).toMatchInlineSnapshot(`
"expect(ns).toBeIsolatedFromHost(expected)

Expected all of these namespaces to be isolated from the host
Namespaces of this sandbox:
  uts  inside 4026532202  host unknown  not isolated"
`);
  });

  test('a sandbox that asked for no namespace proves nothing', () => {
    const bare: typeof ns = { ...ns, namespaces: { ...ns.namespaces, asked: () => [] } };
    expect(failureOf(() => expect(bare).toBeIsolatedFromHost())).toMatchInlineSnapshot(`
"expect(ns).toBeIsolatedFromHost()

Matcher error: expected value must name a namespace: this sandbox asked for none, or the array is empty"
`);
  });

  test('names the namespace that was meant', () => {
    expect(
      failureOf(() => expect(ns).toBeIsolatedFromHost(['mnt' as 'mount'])),
    ).toMatchInlineSnapshot(`
"expect(ns).toBeIsolatedFromHost(expected)

Matcher error: expected value has the unknown namespace "mnt". Did you mean "mount"?

Namespaces: user, mount, pid, net, ipc, uts, cgroup, time"
`);
  });
});

import { describe, expect, test } from '@jest/globals';
import { failureOf, ns } from './recorded';

describe('toHaveProcess', () => {
  test('passes', () => {
    expect(ns).toHaveProcess('nginx');
    expect(ns).toHaveProcess('nginx: master process');
    expect(ns).toHaveProcess(/master/);
    expect(ns).toHaveProcess({ pid: 1, ppid: 0, name: 'ns-init' });
    expect(ns).toHaveProcess({ command: /web\.test/, state: 'R' });
    expect(ns).toHaveProcess({ name: 'nginx', state: 'Z' });
    expect(ns).toHaveProcess({ pid: expect.any(Number) as unknown as number });
    expect(ns).toHaveProcess({});
  });

  test('fails', () => {
    expect(
      failureOf(() => expect(ns).toHaveProcess({ name: 'nginx', state: 'R' })),
    ).toMatchInlineSnapshot(`
"expect(ns).toHaveProcess(expected)

Expected a process with {"name": "nginx", "state": "R"}
Processes in this sandbox:
  pid 1 (parent 0, S) ns-init: ns-init --uts --ipc
  pid 2 (parent 1, R) node: node /app/web.test.js
  pid 9 (parent 2, S) nginx: nginx: master process
  pid 12 (parent 9, Z) nginx: [nginx]"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveProcess('ngin');
    expect(ns).not.toHaveProcess(/apache/);
    expect(ns).not.toHaveProcess({ pid: 1, name: 'node' });
  });

  test('.not fails', () => {
    expect(failureOf(() => expect(ns).not.toHaveProcess('nginx'))).toMatchInlineSnapshot(`
"expect(ns).not.toHaveProcess(expected)

Expected no process with the name or command "nginx"
But there is:
  pid 9 (parent 2, S) nginx: nginx: master process
  pid 12 (parent 9, Z) nginx: [nginx]"
`);
  });

  test('says what text is held against', () => {
    expect(failureOf(() => expect(ns).toHaveProcess('apache'))).toMatchInlineSnapshot(`
"expect(ns).toHaveProcess(expected)

Expected a process with the name or command "apache"
Processes in this sandbox:
  pid 1 (parent 0, S) ns-init: ns-init --uts --ipc
  pid 2 (parent 1, R) node: node /app/web.test.js
  pid 9 (parent 2, S) nginx: nginx: master process
  pid 12 (parent 9, Z) nginx: [nginx]"
`);
  });
});

// The UTS namespace holds two names. uts_namespaces(7)
const { ns } = require('ns-jest');
const { hostname } = require('./made-inside');

test('the hostname can be set, and all programs in the sandbox see it', async () => {
  expect(ns).toBeIsolatedFromHost(['uts']);
  expect(ns).toHaveHostname('sandbox');

  ns.hostname.set(hostname);

  expect(ns).toHaveHostname(hostname);
  expect(require('node:os').hostname()).toBe(hostname);
  expect((await ns.run('uname', ['-n'])).stdout).toBe(`${hostname}\n`);
});

test('so can the NIS domain name', () => {
  ns.domainname.set('example.test');
  expect(ns).toHaveDomainname('example.test');
});

import { describe, expect, test } from '@jest/globals';
import { emptyNs, failureOf, ns } from './recorded';

describe('toHaveLeftNoTrace', () => {
  test('passes', () => {
    expect(emptyNs).toHaveLeftNoTrace();
    expect(ns).toHaveLeftNoTrace({ since: ns.traces.list() });
  });

  test('fails', () => {
    expect(failureOf(() => expect(ns).toHaveLeftNoTrace())).toMatchInlineSnapshot(`
"expect(ns).toHaveLeftNoTrace()

Expected nothing that was not in this sandbox before
What there is:
  process nginx: master process
  socket tcp 0.0.0.0:80 of nginx
  mount /dev/vda[/site] on /srv
  POSIX queue /jobs"
`);
  });

  test('fails for what is new since a list', () => {
    const since = ns.traces.list().slice(1);
    expect(failureOf(() => expect(ns).toHaveLeftNoTrace({ since }))).toMatchInlineSnapshot(`
"expect(ns).toHaveLeftNoTrace(expected)

Expected nothing that was not in this sandbox before
What there is:
  process nginx: master process"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveLeftNoTrace();
    expect(ns).not.toHaveLeftNoTrace({ since: [] });
  });

  test('.not fails', () => {
    expect(failureOf(() => expect(emptyNs).not.toHaveLeftNoTrace())).toMatchInlineSnapshot(`
"expect(ns).not.toHaveLeftNoTrace()

Expected something that was not in this sandbox before
What there is:
  none"
`);
  });

  test.each([[null], [[]], ['before'], [{ before: [] }], [{ since: 'start' }], [{ since: ['a'] }]])(
    'is an error with %j',
    (options) => {
      const text = failureOf(() => expect(ns).toHaveLeftNoTrace(options as never));
      expect(text).toContain('Matcher error: expected value must be { since }');
    },
  );
});

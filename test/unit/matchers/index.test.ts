import { describe, expect, test } from '@jest/globals';
import { matchers } from '../../../src/matchers';
import { failureOf, ns } from './recorded';

// What the matchers have in common, asked of one of them.

test('loading the matchers loads no helper and no addon', () => {
  const rooms = Object.keys(require.cache).map((file) => /\/src\/(\w+)/.exec(file)?.[1]);
  expect(new Set(rooms.filter(Boolean))).toEqual(new Set(['matchers', 'namespaces', 'text']));
});

test('every matcher refuses a subject that is not ns', () => {
  // The subject of toFailWithErrno is an operation of the test.
  const { toFailWithErrno: _, ...others } = matchers;
  for (const name of Object.keys(others)) {
    const all = expect({ hostname: 'web-1' }) as unknown as Record<string, (a: string) => void>;
    expect(failureOf(() => all[name]?.('lo'))).toContain('value must be ns');
  }
});

describe('a wrong subject', () => {
  test('is an error that shows it', () => {
    expect(failureOf(() => expect('web-1').toHaveHostname('web-1'))).toMatchInlineSnapshot(`
"expect(ns).toHaveHostname(expected)

Matcher error: received value must be ns, as in: import { ns } from 'ns-jest'

Received has type:  string
Received has value: "web-1""
`);
  });

  test('is an error with .not too', () => {
    expect(failureOf(() => expect(undefined).not.toHaveRoute('default'))).toMatchInlineSnapshot(`
"expect(ns).not.toHaveRoute(expected)

Matcher error: received value must be ns, as in: import { ns } from 'ns-jest'

Received has value: undefined"
`);
  });
});

describe('a wrong argument', () => {
  test('is an error', () => {
    expect(failureOf(() => expect(ns).toHaveRoute(10 as never))).toMatchInlineSnapshot(`
"expect(ns).toHaveRoute(expected)

Matcher error: expected value must be a string, a regular expression or an object

Expected has type:  number
Expected has value: 10"
`);
  });

  test('is an error with .not too', () => {
    expect(
      failureOf(() => expect(ns).not.toHaveRoute({ via: 'x' } as never)),
    ).toMatchInlineSnapshot(`
"expect(ns).not.toHaveRoute(expected)

Matcher error: expected value has the unknown key "via".

Keys: destination, gateway, interface, type, metric, family"
`);
  });

  test.each([[['default']], [[]], [null], [expect.objectContaining({ destination: 'default' })]])(
    'is an error when it is %j',
    (argument) => {
      const message = 'value must be a string, a regular expression or an object';
      expect(failureOf(() => expect(ns).toHaveRoute(argument as never))).toContain(message);
    },
  );

  test('is an error when it came out undefined', () => {
    expect(
      failureOf(() => expect(ns).not.toHaveMessageQueue(undefined as never)),
    ).toMatchInlineSnapshot(`
"expect(ns).not.toHaveMessageQueue(expected)

Matcher error: expected value must be an object

Expected has value: undefined"
`);
  });
});

test('after .resolves the hint says so', async () => {
  const failing = expect(Promise.resolve(ns)).resolves.toHaveHostname('db-1');
  await expect(failing).rejects.toThrow(/resolves.*toHaveHostname/);
});

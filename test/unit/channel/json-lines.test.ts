import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { readJsonLines, toJsonLine } from '../../../src/channel/json-lines';

const roundTrip = (value: unknown) => JSON.parse(toJsonLine(value));

test('what JSON carries is carried', () => {
  expect(roundTrip({ a: [1, 'x', null, { b: true }] })).toEqual({ a: [1, 'x', null, { b: true }] });
});

test('what it cannot carry is told in words', () => {
  const cyclic: Record<string, unknown> = { big: 10n };
  cyclic.self = cyclic;
  expect(roundTrip(cyclic)).toEqual({ big: '10n', self: '[Circular]' });
});

test('a graph in which everything leads to everything is written out once', () => {
  const nodes = Array.from({ length: 500 }, () => ({ to: [] as unknown[] }));
  for (const node of nodes) node.to = nodes;
  expect(toJsonLine(nodes).length).toBeLessThan(100_000);
});

test('a getter or a toJSON that throws loses itself only', () => {
  const value = {
    big: 1n,
    kept: 1,
    get broken() {
      throw new Error('no');
    },
    json: {
      toJSON() {
        throw new Error('no');
      },
    },
  };
  expect(roundTrip(value)).toEqual({
    big: '1n',
    kept: 1,
    broken: '[Unserialisable]',
    json: '[Unserialisable]',
  });
});

test('lines arrive whole, however they are cut, and garbage is told apart', async () => {
  const text = '{"a":"ü"}\nnonsense\n[1]\n';
  const bytes = [...Buffer.from(text)].map((byte) => Buffer.from([byte]));
  const stream = Readable.from(bytes);
  const values: unknown[] = [];
  const garbage: string[] = [];
  readJsonLines(
    stream,
    (value) => values.push(value),
    (line) => garbage.push(line),
  );
  await new Promise((resolve) => stream.once('end', resolve));
  expect(values).toEqual([{ a: 'ü' }, [1]]);
  expect(garbage).toEqual(['nonsense']);
});

import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { readLines } from '../../../src/channel/lines';

test('lines arrive whole, however they are cut', async () => {
  const bytes = [...Buffer.from('one ü\n\ntwo\nunfinished')].map((byte) => Buffer.from([byte]));
  const stream = Readable.from(bytes);
  const lines: string[] = [];
  readLines(stream, (line) => lines.push(line));
  await new Promise((resolve) => stream.once('end', resolve));
  expect(lines).toEqual(['one ü', '', 'two']);
});

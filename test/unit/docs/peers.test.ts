/** docs/peers.md names a test for all that ns-jest is said to have, and those tests are there. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PACKAGE } from '../../support/package';
import { sectionsOf } from '../../support/sections';

const LACKS = 'What peers have and ns-jest has not';

const rows = sectionsOf('peers.md').flatMap(({ heading, text }) => {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const [columns, , ...others] = lines.map((line) => line.slice(2, -2).split(' | '));
  return others.map((cells) => ({ heading, columns, cells, ours: cells.at(-1) ?? '' }));
});

/** A file that a cell names, and the titles that follow it. */
const proofsIn = (cell: string) =>
  [...cell.matchAll(/\[([^\]]+)\]\(([^)]+)\)((?:,? "[^"]+")*)/g)].map(
    ([, name = '', link = '', titles = '']) => ({
      name,
      link,
      titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
    }),
  );

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A whole string of a source, so that no comment and no part of another title will do. */
const isStringIn = (source: string, title: string) =>
  new RegExp(`(['"\`])${title.split('…').map(escaped).join('[^\\n]*')}\\1`).test(source);

test('every row has a cell for each column', () => {
  expect(rows.length).toBeGreaterThan(35);
  expect(rows.filter(({ cells, columns }) => cells.length !== columns?.length)).toEqual([]);
});

test('what ns-jest has is proved by a test, and what it lacks says no', () => {
  const wrong = rows.filter(({ heading, ours }) =>
    heading === LACKS ? !/^no\b/.test(ours) : proofsIn(ours).length === 0,
  );
  expect(wrong.map(({ cells: [feature] }) => feature)).toEqual([]);
});

const proofs = rows.flatMap(({ ours }) => proofsIn(ours));
const files = [...new Set(proofs.map(({ name }) => name))];

describe.each(files)('%s', (file) => {
  const named = proofs.filter(({ name }) => name === file);

  test('is where the links lead, and has the titles', () => {
    const docs = path.join(PACKAGE, 'docs');
    for (const { link } of named) expect(path.resolve(docs, link)).toBe(path.join(PACKAGE, file));
    const source = readFileSync(path.join(PACKAGE, file), 'utf8');
    expect(named.filter(({ titles }) => titles.length === 0)).toEqual([]);
    const missing = named.flatMap(({ titles }) => titles).filter((t) => !isStringIn(source, t));
    expect(missing).toEqual([]);
  });
});

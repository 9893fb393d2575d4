/** docs/helpers.md and docs/agents.md describe every member of `ns`, and docs/matchers.md every matcher. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { ns } from '../../../src/helpers';
import { matchers } from '../../../src/matchers';
import { PACKAGE } from '../../support/package';
import { sectionsOf } from '../../support/sections';

const sections = sectionsOf('helpers.md').filter(({ heading }) => heading.startsWith('ns.'));
const namesIn = (heading: string) => [...heading.matchAll(/ns\.(\w+)/g)].map(([, name]) => name);
/** Functions of the rows of tables: `name(` or, where two share a section, `part.name(`. */
const functionsIn = (text: string) =>
  [...text.matchAll(/`(?:(\w+)\.)?(\w+)\([^`]*`/g)].filter(({ index }) =>
    text.slice(text.lastIndexOf('\n', index) + 1).startsWith('|'),
  );

test('every member of ns has a section, or is told of beside another', () => {
  const [agents] = sections.filter(({ heading }) => heading.includes('ns.agent'));
  const described = sections.flatMap(({ heading }) => namesIn(heading));
  const beside = [...(agents?.text.matchAll(/`ns\.(\w+)/g) ?? [])].map(([, name]) => name);
  expect([...new Set([...described, ...beside])].sort()).toEqual(Object.keys(ns).sort());
});

test.each(sections.filter(({ heading }) => namesIn(heading).some(isTable)))(
  '$heading: its functions are those that are described',
  ({ heading, text }) => {
    const names = namesIn(heading) as (keyof typeof ns)[];
    const isShared = names.length > 1;
    const functions = names.flatMap((name) =>
      Object.keys(ns[name] as object).map((key) => (isShared ? `${name}.${key}` : key)),
    );
    const described = functionsIn(text).map(([, part, name]) =>
      part === undefined ? name : `${part}.${name}`,
    );
    expect([...new Set(described)].sort()).toEqual(functions.sort());
  },
);

test('every matcher is described, and none that is not', () => {
  const page = readFileSync(path.join(PACKAGE, 'docs', 'matchers.md'), 'utf8');
  const described = [...page.matchAll(/^(?:\| `(to\w+)\(|## (to\w+)$)/gm)];
  expect(described.map(([, row, section]) => row ?? section).sort()).toEqual(
    Object.keys(matchers).sort(),
  );
});

/** A part of `ns` that is an object of functions. */
function isTable(name: string | undefined): boolean {
  return name !== undefined && typeof ns[name as keyof typeof ns] === 'object';
}

/** docs/troubleshooting.md tells each pitfall that errors tell, and no other; its snippets are the doctor's. */
import { describe, expect, test } from '@jest/globals';
import { PLATFORM_NAMES, PLATFORMS } from '../../../src/cli/doctor/fixes';
import { PITFALLS } from '../../../src/errors/pitfalls';
import { sectionsOf } from '../../support/sections';

const sections = sectionsOf('troubleshooting.md');
const textOf = (heading: string) =>
  sections.find((section) => section.heading === heading)?.text ?? '';

const spans = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** Of "By step": what the errors name a cause of. */
const documented = (textOf('By step').split('Without a probe')[0] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, steps = '', codes = '', , fix = '']) => ({
    // "mount ..." is every step that begins so.
    steps: spans(steps).map((step) => step.replace(/ ?\.\.\.$/, '')),
    codes: codes === 'none' ? [''] : codes.split(', '),
    fix,
  }));

interface Row {
  steps: string[];
  codes: string[];
}
const nameOf = ({ steps, codes }: Row) =>
  `${steps.map((step) => step.trim()).join(', ')}: ${codes.join(', ')}`;

test('each pitfall has a row, and nothing else has one', () => {
  expect(PITFALLS.length).toBeGreaterThan(50);
  expect(documented.map(nameOf).sort()).toEqual(PITFALLS.map(nameOf).sort());
});

test('a command that a row gives is in the fix that the error gives', () => {
  const fixesOf = (row: Row) =>
    PITFALLS.filter((pitfall) => nameOf(pitfall) === nameOf(row)).map(({ fix }) =>
      // The limit that is 0, of which this machine has none.
      (typeof fix === 'string' ? fix : fix('FILE')).replace('undefined', 'max_user_namespaces'),
    );
  const commands = documented.flatMap((row) =>
    spans(row.fix)
      .filter((span) => /^(sudo|chmod|ulimit|systemd-run|mount|unshare|ss|lsns|--)\b ?/.test(span))
      .map((command) => ({ command, fixes: fixesOf(row) })),
  );
  expect(commands.length).toBeGreaterThan(15);
  expect(
    commands.filter(({ command, fixes }) => !fixes.some((fix) => fix.includes(command))),
  ).toEqual([]);
});

describe('snippets', () => {
  const SHOWN = '/home/me/project/node_modules/ns-jest/prebuilds/linux-x64/ns-init';
  const blocks = sections.flatMap(({ text }) =>
    [...text.matchAll(/```\w+\n([\s\S]*?)```/g)].map(([, block]) => block),
  );

  test.each(PLATFORM_NAMES)('%s', (name) => {
    expect(blocks).toContain(PLATFORMS[name].fix(SHOWN));
  });
});

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * What fixture.json may say. All but `steps` is optional.
 *
 * - `steps`: shell commands, run in turn in one copy. `jest` is Jest with the flags of the combination.
 * - `flags`: for a combination by name, Jest's flags instead of the usual ones.
 * - `unordered`: output is compared as a set of lines, where several files run at once.
 * - `jest`: the versions it is for, such as `["30"]`.
 * - `counts`: what each step comes to with plain Jest, such as "3 passed, 1 failed"; or such a list by version of Jest.
 * - `sandboxes`: the combinations that open some, where Jest may end before a test file is run.
 * - `differs`: differences that are known: `{ subject, in?, user?, sometimes?, why }`. `subject` is a
 *   regular expression on the line that reports the difference, `in` is the combination, `user` true for
 *   those of an ordinary user, `sometimes` true for those that not every launch strategy and version of
 *   Jest has, `why` a heading of docs/differences.md.
 */
const KNOWN = ['steps', 'flags', 'unordered', 'counts', 'sandboxes', 'differs', 'jest'];

/** What users are told of each known difference. */
const DIFFERENCES = new URL('../../../docs/differences.md', import.meta.url);

export const FIXTURE_FILE = 'fixture.json';

/** A folder's fixture.json, or one step for a project that has none. */
export function readFixture(folder, jestArguments) {
  const file = path.join(folder, FIXTURE_FILE);
  if (!existsSync(file)) {
    return {
      ...DEFAULTS,
      isProject: true,
      unordered: true,
      // A project may have a preset already; of ours the runner is what counts.
      flags: { preset: ['--runner=ns-jest/runner'] },
      steps: [['jest', ...jestArguments.map(quote)].join(' ')],
    };
  }
  const fixture = JSON.parse(readFileSync(file, 'utf8'));
  const unknown = Object.keys(fixture).filter((key) => !KNOWN.includes(key));
  if (unknown.length > 0) throw new Error(`${file}: unknown: ${unknown.join(', ')}`);
  const headings = readFileSync(DIFFERENCES, 'utf8').match(/(?<=^## ).*$/gm);
  const unfounded = fixture.differs?.find(({ why }) => !headings.includes(why));
  if (unfounded) throw new Error(`${file}: docs/differences.md has no "${unfounded.why}"`);
  const isRoot = process.geteuid() === 0;
  const differs = (fixture.differs ?? []).filter(({ user }) => !user || !isRoot);
  return { ...DEFAULTS, ...fixture, differs };
}

const DEFAULTS = {
  isProject: false,
  unordered: false,
  sandboxes: ['preset', 'environment'],
  flags: {},
  differs: [],
};

/** One argument for sh. */
export function quote(argument) {
  return `'${argument.replaceAll("'", "'\\''")}'`;
}

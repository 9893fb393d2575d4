/**
 * Does Jest say the same with ns-jest as without?
 *
 *   node [NODE FLAGS] test/differential/compare.mjs FOLDER [--install FOLDER] [--twice] [-- JEST ARGUMENTS]
 *
 * FOLDER is a project. Its steps, shell commands that call `jest`, run three times, each time in a fresh
 * copy at the same path: with plain Jest, with the preset, and with the environment alone. Compared is
 * all that a user or a tool can see: exit code, output, results, and every file that was written.
 * Each difference is one line. Exits with 1 if there is one that the project does not declare.
 *
 * A fixture says its steps and its declared differences in fixture.json. Any other project has one step,
 * `jest` with the given arguments, and needs its dependencies installed.
 *
 *   --install FOLDER  the copy lies below FOLDER and uses what is installed there
 *   --twice           plain Jest runs twice; what differs between those runs is flaky, and left out
 */
import { COMBINATIONS, PLAIN } from './compare/combinations.mjs';
import { readCommandLine } from './compare/command-line.mjs';
import { differences } from './compare/differences.mjs';
import { factsOf } from './compare/facts.mjs';
import { readFixture } from './compare/fixture.mjs';
import { print } from './compare/print.mjs';
import { runSteps } from './compare/run-steps.mjs';
import { openWorkshop } from './compare/workshop.mjs';

async function main() {
  const { folder, install, twice, jestArguments } = readCommandLine(process.argv.slice(2));
  const fixture = readFixture(folder, jestArguments);
  const workshop = openWorkshop(folder, install);
  try {
    const runs = [];
    for (const combination of twice ? [PLAIN, ...COMBINATIONS] : COMBINATIONS) {
      const results = await runSteps(workshop, fixture, combination);
      runs.push({ combination, results, facts: factsOf(results, fixture, workshop) });
    }
    const found = differences(runs, fixture.differs);
    print(found, runs);
    return found.unexplained.length + found.stale.length === 0 ? 0 : 1;
  } finally {
    workshop.remove();
  }
}

process.exitCode = await main().catch((error) => {
  console.error(error.message);
  return 2;
});

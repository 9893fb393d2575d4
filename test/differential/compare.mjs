/**
 * Does Jest say the same with ns-jest as without?
 *
 *   node [NODE FLAGS] test/differential/compare.mjs FOLDER [--install FOLDER] [--twice] [-- JEST ARGUMENTS]
 *
 * FOLDER is a project. Its steps, shell commands that call `jest`, run three times, each time in a fresh
 * copy at the same path: with plain Jest, with the preset, and with the environment alone. Compared are
 * the exit code, the text of the output, the results, and every file that was written, with its mode and
 * owner. Not compared: colours, durations, and what else compare/normalise.mjs takes out.
 * Each difference is one line. Exits with 1 if there is one that the project does not declare, and if
 * a run was not what it should be: a fixture's tests did not run, or no sandbox was opened.
 *
 * A fixture says its steps, what they come to, and its declared differences in fixture.json. Any other
 * project has one step, `jest` with the given arguments, and needs its dependencies installed.
 *
 *   --install FOLDER  the copy lies below FOLDER and uses what is installed there
 *   --twice           plain Jest runs twice; what differs between those runs is flaky, and left out
 */
import { checkRuns } from './compare/check-runs.mjs';
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
    const wrong = checkRuns(runs, fixture, workshop.jestVersion());
    print(found, wrong, runs);
    return found.unexplained.length + found.stale.length + wrong.length === 0 ? 0 : 1;
  } finally {
    workshop.remove();
  }
}

process.exitCode = await main().catch((error) => {
  console.error(error.message);
  return 2;
});

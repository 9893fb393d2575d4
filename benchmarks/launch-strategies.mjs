/**
 * What isolation costs beside plain Jest, by launch strategy: a table for each kind of work in rows.mjs.
 *
 * usage: node benchmarks/launch-strategies.mjs [--rounds N] [--files N,N...] [ROW...]
 *        node benchmarks/launch-strategies.mjs [--rounds N] --project FOLDER [-- ARGUMENTS OF JEST]
 */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectRow } from './real-project.mjs';
import { ROWS } from './rows.mjs';
import { compare } from './support/compare.mjs';
import { buildTools } from './support/measure.mjs';
import { makeProject, ROOT, removeProject } from './support/project.mjs';
import { printTable } from './support/report.mjs';

/** Unless --rounds says so. Runs of many files are long, and so steadier. */
const roundsOf = ({ size = 0 }) => (size > 100 ? 3 : 5);

const { rows, rounds, sizes } = readArguments(process.argv.slice(2));
buildTools();
printMachine();
for (const row of rows) await runRow(row);

async function runRow({ name, limits, figures, memory, cases, judgesCases = true, summary }) {
  console.log(`\n## ${name}: goal ${limits.goal}, floor ${limits.floor}`);
  const done = [];
  for (const each of cases(sizes)) {
    const folder = each.folder ?? makeProject(each.files);
    try {
      const times = rounds ?? roundsOf(each);
      const commands = each.commands(folder);
      const results = await compare({ ...each, folder, commands, memory }, times);
      const title = `${each.title}, median of ${times} rounds in turn`;
      printTable(title, commands, results, figures, judgesCases ? limits : undefined);
      done.push({ size: each.size, commands, results });
    } finally {
      if (each.folder === undefined) removeProject(folder);
    }
  }
  summary?.(done, limits);
}

function readArguments(args) {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const { values, positionals } = parseArgs({
    args: args.slice(0, end),
    options: {
      rounds: { type: 'string' },
      files: { type: 'string' },
      project: { type: 'string' },
    },
    allowPositionals: true,
  });
  return {
    rounds: values.rounds && Number(values.rounds),
    sizes: values.files?.split(',').map(Number),
    rows: values.project
      ? [projectRow(path.resolve(values.project), args.slice(end + 1))]
      : rowsCalled(positionals),
  };
}

function rowsCalled(names) {
  const unknown = names.find((name) => !ROWS.some((row) => row.name === name));
  if (unknown !== undefined) {
    console.error(`There is no row "${unknown}". Rows: ${ROWS.map(({ name }) => name).join(', ')}`);
    process.exit(2);
  }
  return ROWS.filter(({ name }) => names.length === 0 || names.includes(name));
}

function printMachine() {
  const { version } = JSON.parse(
    readFileSync(path.join(ROOT, 'node_modules', 'jest', 'package.json'), 'utf8'),
  );
  console.log(
    `Node ${process.version}, Jest ${version}, Linux ${os.release()}, ` +
      `${os.availableParallelism()} cores, user ${process.getuid()}`,
  );
}

/**
 * Makes docs/conformance.md from the reports of the conformance tests: for each behaviour, what came of it
 * as root and as an ordinary user.
 * Usage: node scripts/conformance-table.js [--check]
 *   --check  writes nothing; fails if a behaviour has neither a test nor a reason, or a skip has no reason
 */
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const behaviours = require('../test/conformance/behaviours.json');

/** One column per user: the report of his run. */
const COLUMNS = [
  { heading: 'as root', report: 'reports/conformance-0.json' },
  { heading: 'as an ordinary user', report: 'reports/conformance-1000.json' },
];

/** Tests by the id with which their title begins, or that of a describe around them. */
function testsById(report) {
  const file = path.join(root, report);
  if (!fs.existsSync(file)) return undefined;
  const found = new Map();
  for (const { assertionResults } of JSON.parse(fs.readFileSync(file, 'utf8')).testResults) {
    for (const test of assertionResults) {
      const titles = [...test.ancestorTitles, test.title];
      for (const title of titles) {
        const id = /^([A-Z]+-\d+)\b/.exec(title)?.[1];
        if (id === undefined) continue;
        found.set(id, [...(found.get(id) ?? []), { status: test.status, titles }]);
        break;
      }
    }
  }
  return found;
}

/** What stands in brackets at the end of a skipped test's titles: the probe's reason. */
function reasonOf({ titles }) {
  const reason = titles.map((title) => /\[([^\]]+)\]$/.exec(title)?.[1]).find(Boolean);
  // Nothing that is another in the next run.
  return reason?.replace(/-probe-\d+/g, '-probe').replace(/(\d+\.\d+)\.\d+-\S+/, '$1');
}

const INSTEAD = /\[instead: [^\]]+\]$/;

function cellOf(tests) {
  if (tests === undefined) return '';
  const count = (status) => tests.filter((test) => test.status === status).length;
  if (count('failed') > 0) return `fails (${count('failed')})`;
  // Where the machine lacks what a behaviour needs, some tests say what it does instead.
  const instead = tests.filter(
    ({ status, titles }) => status === 'passed' && INSTEAD.test(titles.at(-1)),
  );
  const passed = count('passed') - instead.length;
  const reasons = [...new Set(tests.filter(isSkipped).map(reasonOf))];
  const skipped = reasons.map((reason) => reason ?? 'skipped without a reason');
  return [
    ...(passed > 0 ? [passed === 1 ? 'passes' : `passes (${passed})`] : []),
    ...skipped,
    ...new Set(instead.map(reasonOf)),
  ].join('; ');
}

function isSkipped({ status }) {
  return status === 'pending' || status === 'skipped';
}

const columns = COLUMNS.map((column) => ({ ...column, tests: testsById(column.report) })).filter(
  ({ heading, report, tests }) => {
    if (tests === undefined)
      console.error(`conformance-table: no ${report}, so nothing ${heading}`);
    return tests !== undefined;
  },
);

const problems = [];
for (const { id, notExpressible } of behaviours) {
  const here = columns.flatMap(({ tests }) => tests.get(id) ?? []);
  if (here.length === 0 && notExpressible === undefined) problems.push(`${id} has no test`);
  if (here.some((test) => isSkipped(test) && reasonOf(test) === undefined)) {
    problems.push(`${id} is skipped without a reason`);
  }
}
const known = new Set(behaviours.map(({ id }) => id));
for (const { tests } of columns) {
  for (const id of tests.keys()) if (!known.has(id)) problems.push(`${id} is no known behaviour`);
}

const inCell = (text) => text.replaceAll('|', '\\|');
const areas = [...new Set(behaviours.map(({ area }) => area))];
const tables = areas.map((area) => {
  const rows = behaviours
    .filter((behaviour) => behaviour.area === area)
    .map(({ id, behaviour, notExpressible }) => {
      const cells = columns.map(
        ({ tests }) => cellOf(tests.get(id)) || notExpressible || 'no test',
      );
      return `| ${[id, behaviour, ...cells].map(inCell).join(' | ')} |`;
    });
  return [
    `## ${area}`,
    '',
    `| id | behaviour | ${columns.map(({ heading }) => heading).join(' | ')} |`,
    `|---|---|${'---|'.repeat(columns.length)}`,
    ...rows,
  ].join('\n');
});

if (process.argv.includes('--check')) {
  for (const problem of new Set(problems)) console.error(`conformance-table: ${problem}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
} else {
  const text = `# Conformance

Behaviours of namespaces that the kernel's own and other tools' tests check, each as a Jest test in
\`test/conformance\`, written with the public helpers and named by its id. Where one could not be tried, the
cell says what the probe said; after "instead" what the machine
lacks, and what it does without is tested. Made by \`sh scripts/test.sh test/conformance && node scripts/conformance-table.js\`
on Linux ${require('node:os').release().split('.', 2).join('.')}; the number in brackets counts the tests of a row.

${tables.join('\n\n')}
`;
  fs.writeFileSync(path.join(root, 'docs/conformance.md'), text);
}

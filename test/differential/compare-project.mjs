/**
 * Does a project's own test suite say the same with ns-jest as without?
 *
 *   node [NODE FLAGS] test/differential/compare-project.mjs FOLDER [-- JEST ARGUMENTS]
 *
 * FOLDER is any project with its dependencies installed. Its own Jest runs its tests as the project is
 * configured, twice; then with ns-jest as the environment alone; then with ns-jest's runner too. Every
 * run has a fresh copy of the project, all of them at the same path. Whatever differs between the two
 * plain runs is flaky and left out. Exits with 1 if anything else differs.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, stripVTControlCharacters } from 'node:util';

const PACKAGE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Not part of what a run writes: what is installed, and what git keeps. */
const NOT_WRITTEN = ['node_modules', '.git'];

/** Lines of console output that differ are many when a test differs; so many are shown. */
const SHOWN_OUTPUT_LINES = 20;

/** The keys to show first. */
const TELLING = ['status', 'failureMessages', 'message'];

/** Times and the folders of this comparison are no part of what a project's tests say. */
const NOT_COMPARED = [
  'duration',
  'startTime',
  'endTime',
  'startAt',
  'perfStats',
  'runtime',
  'slow',
];

async function main() {
  const { folder, jestArguments } = readCommandLine(process.argv.slice(2));
  const workshop = openWorkshop(folder);
  try {
    const run = (name, flags) => runJest(workshop, name, [...flags, ...jestArguments]);
    const ours = environmentFlags(await readConfiguration(workshop, jestArguments));
    const plain = await run('plain', []);
    const again = await run('plain, again', []);
    const environment = await run('environment', ours);
    const runner = await run('runner', [...ours, ...RUNNER_FLAGS]);

    const flaky = new Set(differences(plain, again).map(({ subject }) => subject));
    const found = [environment, runner].flatMap((isolated) =>
      differences(plain, isolated).filter(({ subject }) => !flaky.has(subject)),
    );
    printFlaky(flaky);
    printDifferences(found);
    printTable([plain, environment, runner]);
    return found.length === 0 ? 0 : 1;
  } finally {
    rmSync(workshop.directory, { recursive: true, force: true });
  }
}

function readCommandLine([folder, separator, ...jestArguments]) {
  if (folder === undefined || (separator !== undefined && separator !== '--')) {
    throw new Error('Usage: node compare-project.mjs FOLDER [-- JEST ARGUMENTS]');
  }
  return { folder: realpathSync(folder), jestArguments };
}

// ── The project, copied ──────────────────────────────────────────────────────────────────────────

/** A folder beside the project, so that what the project resolves from above is found from there. */
function openWorkshop(original) {
  const name = path.basename(original);
  const directory = mkdtempSync(path.join(path.dirname(original), `compare-${name}-`));
  return {
    original,
    directory,
    project: path.join(directory, name),
    result: path.join(directory, 'result.json'),
    cache: path.join(directory, 'cache'),
    nsJest: copyPackage(path.join(directory, 'ns-jest')),
  };
}

/** Once per comparison: somebody may be building it. */
function copyPackage(target) {
  const { files } = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'));
  for (const file of ['package.json', ...files]) {
    const source = path.join(PACKAGE, file);
    if (existsSync(source)) cpSync(source, path.join(target, file), { recursive: true });
  }
  return target;
}

/** The project as it was checked out, with ns-jest installed into it. */
async function copyProject({ original, project, nsJest }) {
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project);
  for (const entry of readdirSync(original)) {
    const source = path.join(original, entry);
    // Nobody writes into installed files in place, and there are many: hard links.
    const copied = entry === 'node_modules' && (await execute('cp', ['-al', source, project])).ok;
    if (!copied) await execute('cp', ['-a', source, project]);
  }
  cpSync(nsJest, path.join(project, 'node_modules', 'ns-jest'), { recursive: true });
}

// ── One run of Jest ──────────────────────────────────────────────────────────────────────────────

const RUNNER_FLAGS = ['--runner=ns-jest/runner'];

async function readConfiguration(workshop, jestArguments) {
  await copyProject(workshop);
  const { ok, stdout, stderr } = await jest(workshop, ['--showConfig', ...jestArguments]);
  if (!ok) throw new Error(`Jest showed no configuration:\n${stdout}${stderr}`);
  return JSON.parse(stdout);
}

/** What the project has for an environment becomes the base environment. */
function environmentFlags({ configs }) {
  const bases = configs.map(({ testEnvironment, testEnvironmentOptions }) => ({
    baseEnvironment: testEnvironment,
    baseEnvironmentOptions: testEnvironmentOptions,
  }));
  if (!bases.every((base) => isDeepStrictEqual(base, bases[0]))) {
    throw new Error(
      'The projects of this configuration have different environments; compare them one by one: -- --projects FOLDER',
    );
  }
  return [
    '--testEnvironment=ns-jest',
    `--testEnvironmentOptions=${JSON.stringify({ ...bases[0] })}`,
  ];
}

async function runJest(workshop, name, jestArguments) {
  process.stderr.write(`${name} … `);
  const start = performance.now();
  await copyProject(workshop);
  rmSync(workshop.result, { force: true });

  const { code, signal, stdout, stderr } = await jest(workshop, [
    ...jestArguments,
    `--cacheDirectory=${workshop.cache}`,
    '--json',
    `--outputFile=${workshop.result}`,
  ]);
  if (!existsSync(workshop.result)) throw new Error(`Jest wrote no result:\n${stdout}${stderr}`);
  const json = JSON.parse(readFileSync(workshop.result, 'utf8'));
  process.stderr.write(`${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  return {
    name,
    json,
    exit: signal ?? code,
    facts: new Map([
      ['exit code', { value: signal ?? code }],
      ...resultFacts(json, workshop),
      ...fileFacts(workshop.project),
      ...outputFacts(stdout + stderr, workshop),
    ]),
  };
}

/** The Jest that the project would run, with the flags of Node that this script was given. */
function jest({ project }, jestArguments) {
  const require = createRequire(path.join(project, 'package.json'));
  const manifest = require.resolve('jest/package.json');
  const { bin } = require(manifest);
  const program = path.join(path.dirname(manifest), typeof bin === 'string' ? bin : bin.jest);
  return execute(process.execPath, [...process.execArgv, program, ...jestArguments], {
    cwd: project,
  });
}

function execute(command, commandArguments, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArguments, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (text) => {
        output[stream] += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ok: code === 0, ...output }));
  });
}

// ── What a run said, as facts: subject -> {key: value} ───────────────────────────────────────────

function resultFacts(json, workshop) {
  const { testResults, snapshot, coverageMap, openHandles: _, ...totals } = json;
  return [
    ...Object.entries(totals)
      .filter(([name]) => !NOT_COMPARED.includes(name))
      .map(([name, value]) => [name, { value }]),
    ...Object.entries(snapshot).map(([name, value]) => [
      `snapshot.${name}`,
      normalise({ value }, workshop),
    ]),
    ...Object.entries(coverageMap ?? {}).map(([file, coverage]) => [
      `coverage of ${relative(file, workshop)}`,
      coverage,
    ]),
    ...testResults.flatMap((file) => testFileFacts(file, workshop)),
  ];
}

function testFileFacts({ name, assertionResults, ...file }, workshop) {
  const testFile = relative(name, workshop);
  const seen = new Map();
  return [
    [testFile, normalise({ ...file, tests: assertionResults.length }, workshop)],
    ...assertionResults.map((test) => {
      const count = (seen.get(test.fullName) ?? 0) + 1;
      seen.set(test.fullName, count);
      const title = count === 1 ? test.fullName : `${test.fullName} (${count})`;
      return [`${testFile} › ${title}`, normalise(test, workshop)];
    }),
  ];
}

/** Every file of the project as the run left it: snapshots, inline snapshots, coverage reports. */
function fileFacts(directory, below = '') {
  return readdirSync(path.join(directory, below))
    .filter((entry) => !NOT_WRITTEN.includes(entry))
    .flatMap((entry) => {
      const name = path.join(below, entry);
      const stat = lstatSync(path.join(directory, name));
      if (stat.isDirectory()) return fileFacts(directory, name);
      return [[`file ${name}`, { content: contentOf(path.join(directory, name), stat) }]];
    });
}

function contentOf(file, stat) {
  if (stat.isSymbolicLink()) return `-> ${readlinkSync(file)}`;
  if (!stat.isFile()) return 'neither file nor link';
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
}

/** Node gives a warning once per process: as often as Jest happens to have processes. */
const PROCESS_WARNING = /^\(node:\d+\) .*Warning: |^\(Use `\S+ --trace-/;

/**
 * What was printed, line by line, as files report in the order in which they end. Without numbers:
 * those that matter stand in the result, and random ones would look like a new line in every run.
 */
function outputFacts(text, workshop) {
  const counts = new Map();
  const lines = normaliseText(text, workshop).split('\n');
  for (const line of lines.filter((each) => !PROCESS_WARNING.test(each))) {
    const subject = `output ${JSON.stringify(line.trim().replace(/\d+(\.\d+)?/g, '<number>'))}`;
    counts.set(subject, { times: (counts.get(subject)?.times ?? 0) + 1 });
  }
  return counts;
}

function relative(file, { project }) {
  return path.relative(project, file);
}

/** Texts without what is allowed to differ, at any depth. */
function normalise(value, workshop) {
  if (typeof value === 'string') return normaliseText(value, workshop);
  if (Array.isArray(value)) return value.map((item) => normalise(item, workshop));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !NOT_COMPARED.includes(key))
      .map(([key, item]) => [key, normalise(item, workshop)]),
  );
}

const DURATION = /\d+(\.\d+)? ?m?s\b/g;
/** Frames of Jest, Node and libraries. */
const FOREIGN_FRAME = /^\s*at .*(node_modules|node:|<anonymous>|\(native\)).*(\n|$)/gm;

function normaliseText(text, { project, directory }) {
  return stripVTControlCharacters(text)
    .replaceAll(project, '<project>')
    .replaceAll(directory, '<workshop>')
    .replace(FOREIGN_FRAME, '')
    .replace(new RegExp(`${os.tmpdir()}/[^\\s'"\`:,)]+`, 'g'), '<temporary>')
    .replace(DURATION, '<duration>')
    .replace(/ \(<duration>\)/g, '')
    .replace(/, estimated <duration>/g, '');
}

// ── Comparing and printing ───────────────────────────────────────────────────────────────────────

/** Every subject of which the two runs say different things. */
function differences(plain, other) {
  const subjects = new Set([...plain.facts.keys(), ...other.facts.keys()]);
  return [...subjects].flatMap((subject) => {
    const before = plain.facts.get(subject);
    const after = other.facts.get(subject);
    if (isDeepStrictEqual(before, after)) return [];
    return [{ subject, run: other.name, what: whatDiffers(before, after) }];
  });
}

function whatDiffers(before, after) {
  if (before === undefined) return 'only with ns-jest';
  if (after === undefined) return 'only in plain Jest';
  return [...new Set([...TELLING, ...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !isDeepStrictEqual(before[key], after[key]))
    .slice(0, 2)
    .map((key) => {
      const [was, is] = fromFirstDifference(asText(before[key]), asText(after[key]));
      return `${key}: plain ${was}, ns-jest ${is}`;
    })
    .join('; ');
}

function asText(value) {
  return JSON.stringify(value) ?? 'nothing';
}

/** Two long texts that differ, shown from a little before the place where they do. */
function fromFirstDifference(one, other) {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const start = Math.max(0, at - 40);
  return [one, other].map(
    (text) =>
      `${start > 0 ? '…' : ''}${text.slice(start, at + 160)}${text.length > at + 160 ? '…' : ''}`,
  );
}

function printFlaky(flaky) {
  const isWritten = (subject) => subject.startsWith('file ');
  const subjects = [...flaky].filter((subject) => !subject.startsWith('output '));
  for (const subject of subjects) {
    if (!isWritten(subject)) console.log(`flaky, left out: ${subject}`);
  }
  // Coverage reports bear the time of day, one in each of very many files.
  const [first, ...more] = subjects.filter(isWritten);
  if (first) console.log(`flaky, left out: ${first} and ${more.length} more written files`);
}

function printDifferences(found) {
  const isOutput = ({ subject }) => subject.startsWith('output ');
  const output = found.filter(isOutput);
  for (const { run, subject, what } of [
    ...found.filter((difference) => !isOutput(difference)),
    ...output.slice(0, SHOWN_OUTPUT_LINES),
  ]) {
    console.log(`[${run}] ${subject}: ${what}`);
  }
  const more = output.length - SHOWN_OUTPUT_LINES;
  if (more > 0) console.log(`… and ${more} more lines of output`);
}

function printTable(runs) {
  const rows = runs.map(({ name, exit, json }) => ({
    run: name,
    exit,
    passed: json.numPassedTests,
    failed: json.numFailedTests,
    pending: json.numPendingTests,
    todo: json.numTodoTests,
    'suites passed': json.numPassedTestSuites,
    'suites failed': json.numFailedTestSuites,
    'suites pending': json.numPendingTestSuites,
    'snapshots passed': json.snapshot.matched,
    'snapshots failed': json.snapshot.unmatched,
    'snapshots written': json.snapshot.added,
  }));
  console.log();
  for (const cells of [Object.keys(rows[0]), ...rows.map(Object.values)]) {
    console.log(cells.map((cell, index) => String(cell).padStart(widths(rows)[index])).join('  '));
  }
}

function widths(rows) {
  return Object.keys(rows[0]).map((column) =>
    Math.max(...[column, ...rows.map((row) => row[column])].map((cell) => String(cell).length)),
  );
}

process.exitCode = await main().catch((error) => {
  console.error(error.message);
  return 2;
});

/** What a run said and did, as facts: a Map of subject to text. Two runs are alike if their facts are. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { normaliseText, normaliseValue } from './normalise.mjs';

/** Not part of what a run writes: what is installed, and what git keeps. */
const NOT_WRITTEN = ['node_modules', '.git'];

/** @returns Map of subject to text, over all steps. */
export function factsOf(steps, fixture, workshop) {
  const normalise = (text) => normaliseText(text, workshop, fixture.isProject);
  const facts = new Map();
  for (const [index, step] of steps.entries()) {
    const of = (name) => (steps.length === 1 ? name : `step ${index + 1}, ${name}`);
    facts.set(of('exit code'), String(step.exit));
    for (const stream of ['stdout', 'stderr']) {
      for (const [subject, text] of outputFacts(normalise(step[stream]), fixture)) {
        facts.set(of(`${stream}${subject}`), text);
      }
    }
    for (const [subject, text] of valueFacts(normaliseValue(byFile(step.results), normalise))) {
      facts.set(of(`results${subject}`), text);
    }
  }
  for (const [name, text, metadata] of writtenFiles(workshop.project)) {
    facts.set(`file ${name}, mode and owner`, metadata);
    for (const [subject, value] of contentFacts(name, text, normalise)) {
      facts.set(`file ${name}${subject}`, value);
    }
  }
  return facts;
}

/** Files that run at once print in any order: then how often each line comes is compared. */
function* outputFacts(text, { unordered, isProject }) {
  const lines = text.split('\n');
  if (!unordered) {
    yield* lines.map((line, index) => [` line ${index + 1}`, line]);
    return;
  }
  const counts = new Map();
  // Which file ends last decides over a blank line.
  for (const line of lines.filter(Boolean)) {
    const key = isProject ? line.trim().replace(/\d+(\.\d+)?/g, '<number>') : line;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [line, count] of counts) yield [` ${JSON.stringify(line)}`, `${count} times`];
}

/** Results by name of the file, as files end in any order. */
function byFile(results) {
  if (results === undefined) return undefined;
  const { testResults, ...totals } = results;
  return {
    ...totals,
    testResults: Object.fromEntries(
      testResults.map((file) => [
        file.testFilePath,
        {
          ...file,
          order: file.testResults.map(({ fullName }) => fullName).join(', '),
          testResults: byTest(file),
        },
      ]),
    ),
  };
}

function byTest({ testResults }) {
  const seen = new Map();
  return Object.fromEntries(
    testResults.map((test) => {
      const count = (seen.get(test.fullName) ?? 0) + 1;
      seen.set(test.fullName, count);
      return [count === 1 ? test.fullName : `${test.fullName} (${count})`, test];
    }),
  );
}

/** A line for every leaf: `.snapshot.added`, `1`. */
function* valueFacts(value, subject = '') {
  if (typeof value !== 'object' || value === null) {
    if (value !== undefined) yield [subject, JSON.stringify(value)];
    return;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) yield [subject, Array.isArray(value) ? '[]' : '{}'];
  for (const [key, item] of entries) {
    yield* valueFacts(item, `${subject}${/^\w+$/.test(key) ? `.${key}` : `[${key}]`}`);
  }
}

/** Every file of the project as the run left it: snapshots, inline snapshots, coverage, reports. */
function* writtenFiles(directory, below = '') {
  for (const entry of readdirSync(path.join(directory, below))) {
    if (NOT_WRITTEN.includes(entry)) continue;
    const name = path.join(below, entry);
    const file = path.join(directory, name);
    const stat = lstatSync(file);
    const metadata = `${stat.mode.toString(8)} ${stat.uid}:${stat.gid}`;
    if (stat.isDirectory()) yield* writtenFiles(directory, name);
    else if (stat.isSymbolicLink()) yield [name, `-> ${readlinkSync(file)}`, metadata];
    else if (stat.isFile()) yield [name, readFileSync(file, 'utf8'), metadata];
    else yield [name, 'neither file nor link', metadata];
  }
}

function* contentFacts(name, text, normalise) {
  if (name.endsWith('.json')) {
    try {
      yield* valueFacts(normaliseValue(JSON.parse(text), normalise));
      return;
    } catch {
      // Named so, and something else: a text like any other.
    }
  }
  yield* normalise(text)
    .split('\n')
    .map((line, index) => [` line ${index + 1}`, line]);
}

/** Texts and values without what is allowed to differ: times, places, sizes, ids of processes. */
import os from 'node:os';
import { stripVTControlCharacters } from 'node:util';

/** Measured, not said: another run of the same Jest has others. */
const MEASURED = [
  'duration',
  'startTime',
  'endTime',
  'startAt',
  'startedAt',
  'perfStats',
  'runtime',
  'slow',
  'memoryUsage',
  // Of V8 and of the transform cache, by way of coverage.
  'scriptId',
  'sourceMapPath',
  // Of a project's name: a hash of the runner's path, so of the folder the copy lies in.
  'color',
];

/** Frames of Node, of the pool of workers, and of what hands a result to Jest, plain or ours. */
const FOREIGN_FRAME =
  /(?:\n|\\n) *at [^\n\\]*(node:internal|\/jest-(runner|worker)\/|\/emittery\/|ns-jest\/dist\/runner\/|Array\.map \(<anonymous>\)|Promise\.all \(index)[^\n\\]*/g;

const REPLACED = [
  [FOREIGN_FRAME, ''],
  // Whether Node says so depends on who mapped the stack.
  [/((?:\n|\\n) *at )async /g, '$1'],
  [/ \(\d+(\.\d+)? m?s\)/g, ''],
  [/\d+(\.\d+)? m?s\b/g, '<duration>'],
  [/, estimated <duration>/g, ''],
  [/\(\d+ MB heap size\)/g, '(<size> heap size)'],
  [/\(node:\d+\)/g, '(node:<pid>)'],
  [/\bpid=\d+/g, 'pid=<pid>'],
  [/\b(time|timestamp|generated)="[^"]*"/g, '$1="<time>"'],
  [/\b1[6-9]\d{11}\b/g, '<time>'],
  [/\b20\d\d-\d\d-\d\dT[\d:.]+Z?/g, '<time>'],
];

/** Numbers and random names are a new line in every run of a real project: there they are left out. */
const REPLACED_IN_PROJECTS = [
  [/\n\s+at [^\n]*(node_modules|node:|<anonymous>|\(native\))[^\n]*/g, ''],
  [new RegExp(`${os.tmpdir()}/[^\\s'"\`:,)]+`, 'g'), '<temporary>'],
  [/^\(node:\S+\) .*Warning: .*|^\(Use `\S+ --trace-.*/gm, ''],
];

export function normaliseText(text, { project, directory }, isProject) {
  let result = stripVTControlCharacters(text)
    .replaceAll(project, '<project>')
    .replaceAll(directory, '<workshop>');
  for (const [pattern, replacement] of [...REPLACED, ...(isProject ? REPLACED_IN_PROJECTS : [])]) {
    result = result.replace(pattern, replacement);
  }
  return result;
}

/** Every text in a value, at any depth. */
export function normaliseValue(value, normalise) {
  if (typeof value === 'string') return normalise(value);
  if (Array.isArray(value)) return value.map((item) => normaliseValue(item, normalise));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !MEASURED.includes(key) && !isAddedByWorkers(key, value))
      .map(([key, item]) => [normalise(key), normaliseValue(item, normalise)]),
  );
}

/** Jest's workers give an error its class by name. */
function isAddedByWorkers(key, holder) {
  return key === 'type' && 'stack' in holder;
}

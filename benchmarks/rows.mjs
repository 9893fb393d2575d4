/** What is compared: a row for each kind of work, with what is aimed at. */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { launchPerFile } from './launch-per-file.mjs';
import { cacheOf, jestCommand, WAYS } from './support/project.mjs';
import { printMarginalCost } from './support/report.mjs';
import { cpuHeavyFile, INSIDE, TS_JEST_CONFIG, trivialFiles, tsJestFiles } from './workloads.mjs';

/**
 * Of a row: `limits`, ratios to the first command, the goal and the floor; `figures`, what is compared;
 * `cases`, each a project with its commands. The argument of `cases` replaces the row's own numbers of files.
 */
export const ROWS = [
  {
    name: 'trivial',
    limits: { goal: 1.15, floor: 1.5 },
    figures: ['wall', 'cpu'],
    cases: (sizes = [60, 600]) =>
      sizes.flatMap((size) =>
        [1, 2].map((workers) => trivial(size, workers, ['plain', 'fork', 'exec', 'alone'])),
      ),
  },
  {
    name: 'ts-jest',
    limits: { goal: 1, floor: 1.1 },
    figures: ['wall', 'cpu'],
    cases: (sizes = [60]) =>
      sizes.flatMap((size) => [
        { ...tsJest(size, 'cold'), before: (folder) => rmSync(cacheOf(folder), FORCE) },
        tsJest(size, 'warm'),
      ]),
  },
  {
    name: 'cpu-heavy',
    limits: { goal: 1.05, floor: 1.1 },
    figures: ['inside', 'wall', 'cpu'],
    cases: () => [
      {
        title: 'a CPU-heavy file, 200 MB of live objects',
        files: cpuHeavyFile(),
        commands: inWays(1, ['plain', 'fork', 'exec']),
        figuresOf: (folder) => ({
          inside: Number(readFileSync(path.join(folder, INSIDE), 'utf8')),
        }),
      },
    ],
  },
  {
    name: 'memory',
    limits: { goal: 1, floor: 1.2 },
    figures: ['memory'],
    memory: true,
    cases: (sizes = [60]) => sizes.map((size) => trivial(size, 2, ['plain', 'fork', 'exec'])),
  },
  {
    name: 'launch-per-file',
    limits: { goal: 10, floor: 5 },
    figures: ['wall', 'cpu'],
    cases: (sizes = [30]) =>
      sizes.map((size) => ({
        title: `${size} trivial files, two at a time`,
        files: trivialFiles(size),
        commands: (folder) => [
          ...inWays(2, ['fork'], { judged: [] })(folder),
          ...launchPerFile(folder, 2),
        ],
      })),
  },
  {
    name: 'cost-per-file',
    // Of a further file, late in a run, to one early in it.
    limits: { goal: 1.1, floor: 1.2 },
    figures: ['wall', 'cpu'],
    judgesCases: false,
    cases: (sizes = [1, 100, 1000]) => sizes.map((size) => trivial(size, 1, ['plain', 'fork'])),
    summary: printMarginalCost,
  },
  {
    name: 'exec',
    limits: { goal: 4, floor: 6 },
    figures: ['wall', 'cpu'],
    cases: (sizes = [1, 60]) =>
      sizes.map((size) => trivial(size, 1, ['plain', 'exec'], { judged: ['exec'] })),
  },
];

const FORCE = { recursive: true, force: true };

function trivial(size, workers, ways, options) {
  return {
    title: `${size} trivial file${size === 1 ? '' : 's'}, -w ${workers}`,
    size,
    files: trivialFiles(size),
    commands: inWays(workers, ways, options),
  };
}

function tsJest(size, cache) {
  return {
    title: `${size} ts-jest files, ${cache} cache, -w 2`,
    files: tsJestFiles(size),
    commands: inWays(2, ['plain', 'fork', 'alone'], { config: TS_JEST_CONFIG }),
  };
}

function inWays(workers, ways, { config, judged = ['fork', 'alone'] } = {}) {
  return (folder) =>
    ways.map((way) => ({
      ...jestCommand(folder, WAYS[way], workers, config),
      judged: judged.includes(way),
    }));
}

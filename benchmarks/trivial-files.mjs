/**
 * What isolation costs: a project of trivial test files under plain Jest, under the preset and under the
 * environment alone, in turn in one run.
 *
 * usage: node benchmarks/trivial-files.mjs [FILES] [ROUNDS]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const files = Number(process.argv[2] ?? 40);
const rounds = Number(process.argv[3] ?? 5);

const variants = [
  { name: 'plain Jest', config: { testEnvironment: 'node' } },
  { name: "preset: 'ns-jest'", config: { preset: 'ns-jest' } },
  { name: "testEnvironment: 'ns-jest'", config: { testEnvironment: 'ns-jest' } },
];

const project = makeProject();
try {
  const runs = variants.map(() => []);
  // One round more: the first fills Jest's caches and does not count.
  for (let round = 0; round <= rounds; round++) {
    variants.forEach(({ config }, index) => {
      const measured = runJest(config);
      if (round > 0) runs[index].push(measured);
    });
  }
  report(runs);
} finally {
  rmSync(project, { recursive: true });
}

function makeProject() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-benchmark-'));
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(ROOT, path.join(folder, 'node_modules', 'ns-jest'));
  for (let index = 0; index < files; index++) {
    writeFileSync(
      path.join(folder, `${index}.test.js`),
      "test('trivial', () => expect(1).toBe(1));\n",
    );
  }
  return folder;
}

/** Wall and CPU seconds of one run; CPU counts every process of the run that was waited for. */
function runJest(config) {
  const jest = path.join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  const args = ['--rootDir', project, '--config', JSON.stringify(config), '-w', '2', '--silent'];
  const cpu = cpuOfChildren();
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, [jest, ...args], { cwd: project });
  if (status !== 0) throw new Error(`Jest failed: ${stderr}`);
  return { wall: Number(process.hrtime.bigint() - start) / 1e9, cpu: cpuOfChildren() - cpu };
}

/** Seconds of CPU of ended children and theirs: cutime and cstime of proc_pid_stat(5), in ticks of 10 ms. */
function cpuOfChildren() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function report(runs) {
  const medians = runs.map((measured) => ({
    wall: median(measured.map(({ wall }) => wall)),
    cpu: median(measured.map(({ cpu }) => cpu)),
  }));
  const [plain] = medians;
  console.log(
    `${files} trivial files, -w 2, median of ${rounds} rounds in turn, Node ${process.version}`,
  );
  variants.forEach(({ name }, index) => {
    const { wall, cpu } = medians[index];
    const ratios = `${(wall / plain.wall).toFixed(2)} x wall, ${(cpu / plain.cpu).toFixed(2)} x CPU`;
    console.log(`${name.padEnd(28)} ${wall.toFixed(2)} s wall  ${cpu.toFixed(2)} s CPU  ${ratios}`);
  });
}

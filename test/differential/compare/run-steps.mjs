import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { quote } from './fixture.mjs';

const WRITE_RESULTS = fileURLToPath(new URL('write-results.cjs', import.meta.url));

/** Set by a Jest that runs us, or by those who call us: plain Jest would not have them. */
const NOT_HANDED_ON = ['CI', 'GITHUB_ACTIONS', 'JEST_WORKER_ID', 'NODE_ENV', 'NODE_OPTIONS'];

/** Runs the fixture's steps in a fresh copy. Resolves to what each step did, in order. */
export async function runSteps(workshop, fixture, combination) {
  workshop.reset();
  const flags =
    fixture.flags[combination.name] ?? (await usualFlags(workshop, fixture, combination));
  writeJestCommand(workshop, flags);
  const results = [];
  for (const step of fixture.steps) {
    for (const file of [workshop.result, workshop.sandboxes]) rmSync(file, { force: true });
    const start = performance.now();
    const { code, signal, stdout, stderr } = await shell(step, workshop);
    results.push({
      step,
      exit: signal ?? code,
      stdout,
      stderr,
      seconds: (performance.now() - start) / 1000,
      results: existsSync(workshop.result)
        ? JSON.parse(readFileSync(workshop.result, 'utf8'))
        : undefined,
      sandboxes: existsSync(workshop.sandboxes) ? statSync(workshop.sandboxes).size : 0,
    });
  }
  return results;
}

async function usualFlags(workshop, fixture, combination) {
  if (combination.flags.length === 0) return combination.flags();
  writeJestCommand(workshop, []);
  const first = fixture.steps.find((step) => /^jest\b/.test(step)) ?? 'jest';
  const { code, stdout, stderr } = await shell(`${first} --showConfig`, workshop);
  if (code !== 0) throw new Error(`Jest showed no configuration:\n${stdout}${stderr}`);
  return combination.flags(JSON.parse(stdout).configs);
}

/** `jest` on the PATH: the project's own, with the flags of the combination before those of the step. */
function writeJestCommand({ bin, cache, jestProgram }, flags) {
  const command = [
    process.execPath,
    ...process.execArgv,
    jestProgram(),
    `--cacheDirectory=${cache}`,
    `--testResultsProcessor=${WRITE_RESULTS}`,
    ...flags,
  ];
  const node = [process.execPath, ...process.execArgv];
  for (const [name, words] of Object.entries({ jest: command, node })) {
    const file = path.join(bin, name);
    writeFileSync(file, `#!/bin/sh\nexec ${words.map(quote).join(' ')} "$@"\n`, { mode: 0o755 });
  }
}

function shell(step, { project, bin, result, sandboxes }) {
  const environment = { ...process.env };
  for (const name of NOT_HANDED_ON) delete environment[name];
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', step], {
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...environment,
        PATH: `${bin}:${process.env.PATH}`,
        FORCE_COLOR: '0',
        COMPARE_RESULT: result,
        COMPARE_SANDBOXES: sandboxes,
      },
    });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (text) => {
        output[stream] += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
}

/** One command, measured. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT } from './project.mjs';
import { watchMemory } from './tree-memory.mjs';

const RUN_MEASURED = path.join(ROOT, '.cache', 'run-measured');

export function buildTools() {
  mkdirSync(path.dirname(RUN_MEASURED), { recursive: true });
  const source = path.join(ROOT, 'benchmarks', 'support', 'run-measured.c');
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-o', RUN_MEASURED, source], { stdio: 'inherit' });
}

/**
 * Seconds of wall time, seconds of CPU of the whole process tree, and with `memory` its peak PSS in MB.
 *
 * @throws Error with the command's output when it ends otherwise than with `exitCode`.
 */
export async function measure({ command, env = {}, cwd, memory = false, exitCode = 0 }) {
  const child = spawn(RUN_MEASURED, command, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const stopWatching = memory ? watchMemory(child.pid) : () => undefined;
  const output = child.stdio.slice(1).map((stream) => text(stream));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const peak = stopWatching();
  const [stdout, stderr, report] = await Promise.all(output);
  if (code !== exitCode) {
    throw new Error(`Exit code ${code} of ${command.join(' ')}\n${stdout}${stderr}`);
  }
  const [wall, cpu] = report.split(' ').map(Number);
  return { wall, cpu, memory: peak };
}

/** Two or more commands run in turn, and their medians. */
import { measure } from './measure.mjs';

/**
 * The median of every figure, a command each.
 *
 * @param before What is to be done before each run, such as emptying a cache.
 * @param figuresOf Further figures of a run, read when it has ended.
 */
export async function compare({ folder, commands, memory, before, figuresOf }, rounds) {
  const runs = commands.map(() => []);
  // One round more: the first fills caches and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { command, env, exitCode }] of commands.entries()) {
      before?.(folder);
      const measured = await measure({ command, env, exitCode, memory, cwd: folder });
      if (round > 0) runs[index].push({ ...measured, ...figuresOf?.(folder) });
    }
  }
  return runs.map(medians);
}

function medians(runs) {
  return Object.fromEntries(
    Object.keys(runs[0]).map((figure) => [figure, median(runs.map((run) => run[figure]))]),
  );
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
}

/** Tables of medians and ratios. */

const UNITS = { wall: 's wall', cpu: 's CPU', inside: 's inside', memory: 'MB PSS' };

/**
 * Prints a line for each command. Ratios are to the first one; where a row has limits, what is judged by
 * them bears a verdict.
 */
export function printTable(title, commands, results, figures, limits) {
  console.log(`\n${title}`);
  commands.forEach(({ name, judged }, index) => {
    const cells = figures.map((figure) => {
      const value = results[index][figure];
      const ratio = value / results[0][figure];
      const word = judged && limits ? verdict(ratio, limits) : '';
      const text = value.toFixed(figure === 'memory' ? 0 : 2);
      return `${text.padStart(7)} ${UNITS[figure]} ${ratio.toFixed(2).padStart(6)} x ${word.padEnd(6)}`;
    });
    console.log(`  ${name.padEnd(24)} ${cells.join('  ')}`.trimEnd());
  });
}

/** `goal` or `floor` if that is reached. Of the two the goal is the harder; it may be the higher number. */
export function verdict(ratio, { goal, floor }) {
  const reached = (limit) => (goal > floor ? ratio >= limit : ratio <= limit);
  if (reached(goal)) return 'goal';
  return reached(floor) ? 'floor' : 'missed';
}

/**
 * What a further file costs between each size and the next, in each way; then the last of them to the first:
 * 1 is as flat as can be.
 */
export function printMarginalCost(cases, limits) {
  console.log('\nmilliseconds a further file');
  const spans = cases.slice(1).map(({ size }, index) => ({
    title: `${cases[index].size} to ${size}`,
    costOf: (way, figure) =>
      ((cases[index + 1].results[way][figure] - cases[index].results[way][figure]) * 1000) /
      (size - cases[index].size),
  }));
  cases[0].commands.forEach(({ name, judged }, way) => {
    for (const figure of ['wall', 'cpu']) {
      const costs = spans.map(({ costOf }) => costOf(way, figure));
      const cells = costs.map((cost, index) => `${spans[index].title}: ${cost.toFixed(1)} ms`);
      const ratio = costs.at(-1) / costs[0];
      const word = judged ? verdict(ratio, limits) : '';
      const line = `  ${name.padEnd(24)} ${figure.padEnd(5)} ${cells.join(', ')}; ${ratio.toFixed(2)} x ${word}`;
      console.log(line.trimEnd());
    }
  });
}

/** One line a difference, and what each run took. */

/** One more line of output shifts all that follow: so many are shown of one kind. */
const SHOWN = 12;

export function print({ unexplained, explained, flaky, stale }, wrong, runs) {
  for (const line of wrong) console.log(line);
  for (const [kind, group] of groupBy(unexplained, kindOf)) {
    for (const { subject, combination, before, after } of group.slice(0, SHOWN)) {
      const [was, is] = fromFirstDifference(before, after);
      console.log(`[${combination}] ${subject}: plain ${was}, ns-jest ${is}`);
    }
    const more = group.length - SHOWN;
    if (more > 0) console.log(`${kind}: ${more} more lines`);
  }
  for (const { subject, why } of stale) {
    console.log(`declared, but does not differ: ${subject} (${why})`);
  }
  if (flaky.size > 0)
    console.log(`left out, as plain Jest differs from itself: ${flaky.size} lines`);
  if (explained.length > 0) console.log(`declared differences: ${explained.length} lines`);
  for (const { combination, results } of runs) console.log(summary(combination, results));
}

function kindOf({ combination, subject }) {
  return `[${combination}] ${subject.replace(/ line \d+$| ".*$|[.[].*$/, '')}`;
}

function groupBy(list, keyOf) {
  const groups = new Map();
  for (const item of list) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

function summary({ name }, steps) {
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0).toFixed(1);
  const total = (key) => steps.reduce((sum, { results }) => sum + (results?.[key] ?? 0), 0);
  return (
    `${name.padEnd(11)} ${seconds} s, exit ${steps.map(({ exit }) => exit).join(' ')}, ` +
    `${total('numPassedTests')} passed, ${total('numFailedTests')} failed, ` +
    `${total('numPendingTests')} skipped, ${total('numTodoTests')} todo, ` +
    `${total('numTotalTestSuites')} files`
  );
}

/** Two long texts that differ, shown from a little before the place where they do. */
function fromFirstDifference(one = 'nothing', other = 'nothing') {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const start = Math.max(0, at - 40);
  return [one, other].map((text) =>
    JSON.stringify(
      `${start > 0 ? '…' : ''}${text.slice(start, at + 160)}${text.length > at + 160 ? '…' : ''}`,
    ),
  );
}

/** Every subject of which two runs say different things. */

/**
 * @param runs Each with its facts; the first is plain Jest, and so is a second that was made to see
 * what is flaky.
 * @param declared The fixture's `differs`.
 * @returns `unexplained` and `explained` differences, the `flaky` subjects that were left out, and
 * declarations that are `stale`, as nothing differs there.
 */
export function differences([plain, ...others], declared) {
  const again = others.filter(({ combination }) => combination.name === plain.combination.name);
  const flaky = new Set(again.flatMap((run) => compare(plain, run)).map(({ subject }) => subject));
  const found = others
    .filter((run) => !again.includes(run))
    .flatMap((run) => compare(plain, run))
    .filter(({ subject }) => !flaky.has(subject));
  const declaration = ({ subject, combination }) =>
    declared.find(
      (each) =>
        new RegExp(each.subject).test(subject) &&
        (each.in === undefined || each.in === combination),
    );
  return {
    unexplained: found.filter((difference) => !declaration(difference)),
    explained: found.filter(declaration),
    flaky,
    stale: declared.filter(
      (each) => !each.sometimes && !found.some((difference) => declaration(difference) === each),
    ),
  };
}

function compare(plain, other) {
  const subjects = new Set([...plain.facts.keys(), ...other.facts.keys()]);
  return [...subjects].flatMap((subject) => {
    const before = plain.facts.get(subject);
    const after = other.facts.get(subject);
    return before === after
      ? []
      : [{ subject, combination: other.combination.name, before, after }];
  });
}

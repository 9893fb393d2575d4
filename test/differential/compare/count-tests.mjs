/** What a step came to, such as "3 passed, 1 failed": without results it is "nothing". */
export function countTests(results) {
  if (results === undefined) return 'nothing';
  const counted = [
    [results.numPassedTests, 'passed'],
    [results.numFailedTests, 'failed'],
    [results.numPendingTests, 'skipped'],
    [results.numTodoTests, 'todo'],
    [results.numRuntimeErrorTestSuites, 'broken files'],
  ];
  const shown = counted.filter(([count]) => count > 0);
  return shown.map((pair) => pair.join(' ')).join(', ') || 'no tests';
}

/** Adds up Jest's reports and prints `N passed, N failed, N skipped`. Exits 1 where that is not good. */
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

const folder = process.argv[2] ?? 'reports';
const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
  const report = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  total.passed += report.numPassedTests;
  // A file that could not run has no tests to count, and is a failure all the same.
  total.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
  total.skipped += report.numPendingTests + report.numTodoTests;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
const skipIsFailure = process.env.NS_JEST_MUST_WORK === '1';
const good = total.failed === 0 && total.passed > 0 && !(skipIsFailure && total.skipped > 0);
process.exit(good ? 0 : 1);

/**
 * Adds up Jest's reports, lists what failed and what nobody ran, and prints `N passed, N failed, N skipped`.
 * A test counts as skipped if no run passed it: some are for root alone, and some for an ordinary user.
 * Exits 1 where that is not good.
 */
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

const folder = process.argv[2] ?? 'reports';
const total = { passed: 0, failed: 0 };
const failures = [];
const passed = new Set();
const skipped = new Map();

/** The same test in each run, wherever the tree lies and whatever the reason why it was not run. */
function identityOf(file, { fullName }) {
  const place = file.replace(/^.*\/(?=test\/)/, '');
  return `${place} ${fullName.replace(/ \[skipped: [^\]]*\]/g, '')}`;
}

for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
  const report = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  total.passed += report.numPassedTests;
  // A file that could not run has no tests to count, and is a failure all the same.
  total.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
  for (const file of report.testResults) {
    if (
      file.status === 'failed' &&
      file.assertionResults.every(({ status }) => status !== 'failed')
    ) {
      failures.push(`${name}: ${file.name}\n${file.message}`);
    }
    for (const test of file.assertionResults) {
      const identity = identityOf(file.name, test);
      if (test.status === 'passed') passed.add(identity);
      else if (test.status !== 'failed') skipped.set(identity, `${name}: ${test.fullName}`);
      else failures.push(`${name}: ${identity}\n${test.failureMessages.join('\n')}`);
    }
  }
}

for (const identity of passed) skipped.delete(identity);
for (const test of skipped.values()) console.log(`Not run by anybody: ${test}`);
for (const failure of failures) {
  const [title, ...lines] = failure.split('\n');
  console.log(`Failed: ${title}\n${lines.slice(0, 15).join('\n')}\n`);
}
console.log(`${total.passed} passed, ${total.failed} failed, ${skipped.size} skipped`);
const skipIsFailure = process.env.NS_JEST_MUST_WORK === '1';
const good = total.failed === 0 && total.passed > 0 && !(skipIsFailure && skipped.size > 0);
process.exit(good ? 0 : 1);

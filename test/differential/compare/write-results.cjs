/** A testResultsProcessor: it alone sees the results without changing what Jest prints. */
const { writeFileSync } = require('node:fs');

module.exports = (results) => {
  writeFileSync(
    process.env.COMPARE_RESULT,
    JSON.stringify(results, (_, value) =>
      // Open handles are errors, of which JSON keeps nothing.
      value instanceof Error ? { message: value.message, stack: value.stack } : value,
    ),
  );
  return results;
};

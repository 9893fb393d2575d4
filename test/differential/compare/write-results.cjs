/** A testResultsProcessor: it alone sees the results without changing what Jest prints. */
const { writeFileSync } = require('node:fs');
const { types } = require('node:util');

module.exports = (results) => {
  writeFileSync(
    process.env.COMPARE_RESULT,
    JSON.stringify(results, (_, value) => (isError(value) ? plainError(value) : value)),
  );
  return results;
};

/** Of any realm; and the text in a box that jest-worker makes of some. */
function isError(value) {
  return types.isNativeError(value) || value instanceof Error || types.isStringObject(value);
}

function plainError(error) {
  const { type: _, ...properties } = { ...error };
  if (types.isStringObject(error)) return { message: String(error), stack: error.stack };
  return { ...properties, message: error.message, stack: error.stack };
}

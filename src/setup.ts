import { expect } from '@jest/globals';
import { matchers } from './matchers';

// For `setupFilesAfterEnv: ['ns-jest/setup']`. Jest answers '@jest/globals' itself, also with
// injectGlobals: false, where there is no global expect. Before the test framework is there, it has none.
if (expect === undefined) {
  throw new Error(
    'ns-jest/setup found no expect to add its matchers to.\n' +
      '  Jest has none yet when it runs the files of "setupFiles".\n' +
      '  List it in "setupFilesAfterEnv": [\'ns-jest/setup\'].',
  );
}
expect.extend(matchers);

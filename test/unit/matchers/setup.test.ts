import { expect, test } from '@jest/globals';
import { matchers } from '../../../src/matchers';

test('the setup file gives expect every matcher', () => {
  for (const name of Object.keys(matchers)) expect(expect('ns')).not.toHaveProperty(name);
  require('../../../src/setup');
  for (const name of Object.keys(matchers)) expect(expect('ns')).toHaveProperty(name);
});

// Checked by `tsc -p test/types`, never run: the matchers read what the helpers give.
import { ns } from '../../src/helpers';
import type { Facts } from '../../src/matchers/facts';

export const facts: Facts = ns;

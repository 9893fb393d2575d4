import { compareFixtures } from '../support/fixtures';

compareFixtures('pnpm-30');

import { compareFixtures } from '../support/fixtures';

compareFixtures('npm-29');

/** The set-up file behind the option `global: true`. */
import { ns } from '../helpers';

Object.assign(globalThis, { ns });

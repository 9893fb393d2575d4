import { realpathSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** @throws Error with the usage when it is called otherwise. */
export function readCommandLine(commandLine) {
  const end = commandLine.indexOf('--');
  const own = end === -1 ? commandLine : commandLine.slice(0, end);
  const { values, positionals } = parseArgs({
    args: own,
    allowPositionals: true,
    options: { install: { type: 'string' }, twice: { type: 'boolean', default: false } },
  });
  if (positionals.length !== 1) {
    throw new Error(
      'Usage: node compare.mjs FOLDER [--install FOLDER] [--twice] [-- JEST ARGUMENTS]',
    );
  }
  return {
    folder: realpathSync(positionals[0]),
    install: values.install && realpathSync(values.install),
    twice: values.twice,
    jestArguments: end === -1 ? [] : commandLine.slice(end + 1),
  };
}

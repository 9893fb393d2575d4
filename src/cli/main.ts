#!/usr/bin/env node
/** `npx ns-jest COMMAND`. */
import { splitAtBorder, UsageError } from './command';
import { COMMANDS } from './commands';

const USAGE_EXIT_CODE = 2;

async function main([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h') {
    process.stdout.write(help());
    return name === undefined ? USAGE_EXIT_CODE : 0;
  }
  if (name === '--version') {
    process.stdout.write(`${(require('../../package.json') as { version: string }).version}\n`);
    return 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UsageError(`There is no command "${name}". See: ns-jest --help`);
  }
  const command = (COMMANDS[name] as () => ReturnType<(typeof COMMANDS)[string]>)();
  // What stands behind "--" is another program's.
  const { words: own } = splitAtBorder(args);
  if (own.includes('--help') || own.includes('-h')) {
    process.stdout.write(command.usage);
    return 0;
  }
  return command.run(args);
}

function help(): string {
  const rows = Object.entries(COMMANDS).map(
    ([name, load]) => `  ${name.padEnd(10)}${load().summary}`,
  );
  return ['usage: ns-jest COMMAND [--help]', '', ...rows, ''].join('\n');
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`ns-jest: ${error.message}\n`);
    process.exitCode = error instanceof UsageError ? USAGE_EXIT_CODE : 1;
  },
);

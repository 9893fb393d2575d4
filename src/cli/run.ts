/** `ns-jest run`: a command in a sandbox, as a test file would have it. */
import tty from 'node:tty';
import { SandboxError } from '../errors/sandbox-error';
import { limitSentences } from '../hand-over/limits';
import { tell, tellFallbacks, tellMissing, tellOnce } from '../hand-over/notices';
import { whyUnsupported } from '../hand-over/supported';
import { attend, exitCodeAfter, exitCodeOf } from '../launch/attend';
import { openAttended } from '../launch/open-sandbox';
import type { CheckedOptions } from '../options/options';
import { environmentInside } from '../options/processes/environment';
import { OPTION_NAMES, readOptionsWithoutFile } from '../options/read-options';
import { runRoom } from '../options/run/options';
import { toSpecWithoutFile } from '../options/sandbox-spec';
import { type Command, splitAtBorder, UsageError } from './command';
import { type Given, readWords, toKebabCase } from './option-words';

export const run: Command = {
  summary: 'run a command in a sandbox',
  usage: usage(),
  async run(args) {
    const { words, command } = splitAtCommand(args);
    const options = readGiven(readWords(words));
    try {
      return await runInSandbox(options, command);
    } catch (error) {
      tell((error as Error).message);
      return exitCodeOf(error);
    }
  },
};

function usage(): string {
  const names = OPTION_NAMES.filter((name) => !Object.hasOwn(runRoom.rows, name));
  return `usage: ns-jest run [OPTION...] -- COMMAND [ARG...]

Runs a command in a sandbox of its own and ends as it ends. The exit code is the command's, or 128 and the
number of the signal that killed it; 125 if there is no sandbox, 126 if the command cannot be executed,
127 if there is none.

  --options FILE   options from a JSON file; those of the command line override them
  --NAME VALUE     an option, by its name in docs/options.md: text, JSON, or KEY=VALUE (repeatable);
                   without a value: true

${wrapped(names.map((name) => `--${toKebabCase(name)}`))}
`;
}

function wrapped(words: string[]): string {
  const lines = [''];
  for (const word of words) {
    const line = lines.at(-1) as string;
    if (line.length + word.length > 98) lines.push(`  ${word}`);
    else lines[lines.length - 1] = `${line === '' ? ' ' : line} ${word}`;
  }
  return lines.join('\n');
}

/** @throws UsageError where there is no command. */
export function splitAtCommand(args: string[]): { words: string[]; command: string[] } {
  const { words, behind: command = [] } = splitAtBorder(args);
  if (command.length === 0) {
    // A word that is no option is more to the point.
    readWords(words);
    throw new UsageError('There is no command. It goes behind "--"');
  }
  return { words, command };
}

function readGiven(given: Given): CheckedOptions {
  try {
    const checked = readOptionsWithoutFile(given, 'ns-jest run');
    // Who sits at a terminal is to have it, unless told otherwise.
    const isAtTerminal = [0, 1, 2].some((fd) => tty.isatty(fd));
    return given.newSession === undefined && isAtTerminal
      ? { ...checked, newSession: false }
      : checked;
  } catch (error) {
    throw error instanceof SandboxError ? new UsageError(error.message) : error;
  }
}

async function runInSandbox(options: CheckedOptions, command: string[]): Promise<number> {
  const unsupported = whyUnsupported();
  if (unsupported !== undefined) throw new SandboxError(unsupported);
  const spec = toSpecWithoutFile(options);
  const env = environmentInside(process.env, options);
  const end = await attend(() => openAttended(spec, { argv: command, env }));
  tellMissing(end);
  tellFallbacks(end);
  tellOnce([...spec.ids.notices, ...spec.limits.notices, ...limitSentences(end, options.cgroup)]);
  if (end.error) tell(end.error.message);
  return exitCodeAfter(end);
}

/** A command of `npx ns-jest`. */
export interface Command {
  /** What it does, for the list: one line. */
  summary: string;
  /** Its options, as `--help` prints them. */
  usage: string;
  /**
   * Runs it. Resolves to the exit code.
   *
   * @throws UsageError when the arguments are wrong.
   */
  run(args: string[]): Promise<number>;
}

/** The words of the command itself, and those of another program behind "--", if that is there. */
export function splitAtBorder(args: string[]): { words: string[]; behind: string[] | undefined } {
  const border = args.indexOf('--');
  return border === -1
    ? { words: args, behind: undefined }
    : { words: args.slice(0, border), behind: args.slice(border + 1) };
}

/** Wrong arguments: said in one line, exit code 2. */
export class UsageError extends Error {}

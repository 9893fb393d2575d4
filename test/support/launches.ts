import { type JestOptions, type JestRun, Project } from './project';

/** What files told of themselves, by name, and how Jest ended. */
export interface Launched {
  seen: Record<string, unknown>;
  run: JestRun;
}

/** Jest's, which may depend on the launch strategy. */
export type Config = object | ((launch: string) => object);

/** `see(name, value)`: what one strategy shows is compared with what the other does. */
const SEE = `
  const { appendFileSync } = require('fs');
  const file = require('path').join(__dirname, 'seen');
  exports.see = (name, value) => appendFileSync(file, JSON.stringify([name, value]) + '\\n');
`;

/**
 * Runs the same files in the same folder by each launch strategy. A file that cannot be a copy fails: the
 * option says so.
 */
export async function launchBoth(
  files: Record<string, string>,
  {
    config = {},
    sandbox = {},
    ...options
  }: JestOptions & { config?: Config; sandbox?: object } = {},
): Promise<{ exec: Launched; fork: Launched }> {
  const project = new Project({ ...files, 'see.js': SEE });
  const launched = async (launch: string): Promise<Launched> => {
    project.write('seen', '');
    const run = await project.run(
      {
        preset: 'ns-jest',
        ...(typeof config === 'function' ? config(launch) : config),
        testEnvironmentOptions: { ...sandbox, launch },
      },
      options,
    );
    const lines = project.read('seen').split('\n').filter(Boolean);
    return { run, seen: Object.fromEntries(lines.map((line) => JSON.parse(line))) };
  };
  try {
    return { exec: await launched('exec'), fork: await launched('fork') };
  } finally {
    project.remove();
  }
}

/** Of stacks, what is by the moment: which promise settled last, and whether Node's queue of ticks was empty. */
function withoutChance(text: string): string {
  return text
    .replace(/Promise\.all \(index \d+\)/g, 'Promise.all')
    .replace(/^.*\bat (process\.)?processTicksAndRejections .*\n?/gm, '');
}

/** What Jest says of each file, in an order of their names: they end in any. */
export function verdicts({ run }: Launched): { name: string; [fact: string]: unknown }[] {
  return (run.json?.testResults ?? [])
    .map(({ name, status, message, assertionResults }) => ({
      name,
      status,
      message: withoutChance(message),
      tests: assertionResults.map(({ fullName, status: how, failureMessages }) => ({
        fullName,
        how,
        failureMessages: failureMessages.map(withoutChance),
      })),
    }))
    .sort((one, other) => one.name.localeCompare(other.name));
}

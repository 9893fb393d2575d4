import { SandboxError } from '../errors/sandbox-error';
import { unknownOption } from './check';
import { fileRoom } from './files/options';
import { idRoom } from './ids/options';
import { limitRoom } from './limits/options';
import { isFresh, isJoined, namespaceRoom } from './namespaces/options';
import { networkRoom } from './network/options';
import type { CheckedOptions } from './options';
import { processRoom } from './processes/options';
import type { Row } from './room';
import { runRoom } from './run/options';

/** In the order in which contradictions are looked for. */
const ROOMS = [fileRoom, namespaceRoom, idRoom, networkRoom, processRoom, limitRoom, runRoom];

const ROWS = Object.assign({}, ...ROOMS.map(({ rows }) => rows)) as {
  [Name in keyof CheckedOptions]: Row<CheckedOptions[Name]>;
};

/** Every option, by its name. */
export const OPTION_NAMES = Object.keys(ROWS) as (keyof CheckedOptions)[];

/**
 * Options of Jest's own environments. They may stand beside ours, so that a project that has them
 * changes nothing but the environment's name; the base environment receives them.
 */
const BASE_ENVIRONMENT_OPTIONS = [
  'customExportConditions',
  'globalsCleanup',
  'url',
  'html',
  'userAgent',
  'referrer',
  'contentType',
  'includeNodeLocations',
  'pretendToBeVisual',
  'resources',
  'runScripts',
  'storageQuota',
];

/**
 * Reads `testEnvironmentOptions`: with the rooms, the only place where options are checked and
 * defaulted.
 *
 * @throws SandboxError naming the option that is unknown, of a wrong type or value, or contradictory.
 */
export function readOptions(given: Record<string, unknown>): CheckedOptions {
  const base: Record<string, unknown> = {};
  const checked: Record<string, unknown> = Object.fromEntries(
    Object.entries(ROWS).map(([name, row]) => [name, row.default]),
  );
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (Object.hasOwn(ROWS, name)) {
      checked[name] = ROWS[name as keyof CheckedOptions].read(value, name);
    } else if (BASE_ENVIRONMENT_OPTIONS.includes(name)) {
      base[name] = value;
    } else {
      throw unknownOption(name, OPTION_NAMES);
    }
  }
  const options = checked as unknown as CheckedOptions;
  // A docblock can lay one beside what the configuration has: then it is the file's word that counts.
  options.baseEnvironmentOptions = { ...options.baseEnvironmentOptions, ...base };
  for (const room of ROOMS) room.settle?.(options, given);
  checkUnused(options, given);
  return options;
}

/**
 * Checks one value as if it were given alone.
 *
 * @throws SandboxError as `readOptions`.
 */
export function checkOption(name: string, value: unknown): void {
  if (Object.hasOwn(ROWS, name)) ROWS[name as keyof CheckedOptions].read(value, name);
}

/**
 * Reads the options of a sandbox that is no test file's.
 *
 * @param who What has no use for options of files, for the error.
 * @throws SandboxError as `readOptions`, and for an option that says how a file is run.
 */
export function readOptionsWithoutFile(
  given: Record<string, unknown>,
  who: string,
): CheckedOptions {
  const checked = readOptions(given);
  const ofFile =
    Object.keys(given).find((name) => Object.hasOwn(runRoom.rows, name)) ??
    Object.keys(checked.baseEnvironmentOptions)[0];
  if (ofFile === undefined) return checked;
  throw new SandboxError(
    `The option "${ofFile}" says how a test file is run, and ${who} runs none`,
    { option: ofFile },
  );
}

/** An option that could have no effect is a mistake, not a preference. */
function checkUnused({ namespaces }: CheckedOptions, given: Record<string, unknown>): void {
  for (const [option, { needs }] of Object.entries(ROWS)) {
    if (needs === undefined || given[option] === undefined || isFresh(namespaces[needs])) continue;
    const why = isJoined(namespaces[needs]) ? 'joins one that stays as it is' : 'is false';
    throw new SandboxError(
      `The option "${option}" has no effect while "namespaces.${needs}" ${why}`,
      { option },
    );
  }
}

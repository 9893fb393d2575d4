import { statSync } from 'node:fs';
import { SandboxError } from '../errors/sandbox-error';
import { NAMESPACES, type NamespaceName } from '../namespaces';
import {
  checkAbsolutePath,
  checkArray,
  checkBoolean,
  checkName,
  checkObject,
  checkOneOf,
  checkText,
  checkTimeout,
  unknownOption,
} from './check';
import type { BindMount, CheckedOptions, NamespaceChoice } from './options';

type Reader<T> = (value: unknown, option: string) => T;

/** One row per option: how its value is checked, and what it is when it is not given. */
const OPTIONS: {
  [Key in keyof CheckedOptions]: {
    read: Reader<CheckedOptions[Key]>;
    default: CheckedOptions[Key];
  };
} = {
  namespaces: { read: readNamespaces, default: allNamespaces() },
  hostname: { read: (value, option) => checkName(option, value), default: 'sandbox' },
  domainname: { read: (value, option) => checkName(option, value), default: '(none)' },
  mapRootUser: { read: (value, option) => checkBoolean(option, value), default: true },
  tmpfs: { read: readDirectories, default: ['/tmp', '/dev/shm', '/run'] },
  bind: { read: readBinds, default: [] },
  dev: {
    read: (value, option) => checkOneOf(option, ['minimal', 'host'], value),
    default: 'minimal',
  },
  loopback: { read: (value, option) => checkBoolean(option, value), default: true },
  baseEnvironment: { read: (value, option) => checkText(option, value), default: 'node' },
  baseEnvironmentOptions: { read: (value, option) => checkObject(option, value), default: {} },
  timeout: { read: (value, option) => checkTimeout(option, value), default: 30 * 60 * 1000 },
  global: { read: (value, option) => checkBoolean(option, value), default: false },
  onUnsupported: {
    read: (value, option) => checkOneOf(option, ['fail', 'skip', 'run'], value),
    default: 'fail',
  },
};

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

/** Directories that a tmpfs must not hide. */
const NEVER_COVERED = ['/', '/proc', '/sys', '/dev'];

/** The other names of two namespaces. */
const NAMESPACE_ALIASES: Record<string, NamespaceName> = { mnt: 'mount', network: 'net' };

/**
 * Reads `testEnvironmentOptions`: the only place where options are checked and defaulted.
 *
 * @throws SandboxError naming the option that is unknown, of a wrong type or value, or contradictory.
 */
export function readOptions(given: Record<string, unknown>): CheckedOptions {
  const known = [...Object.keys(OPTIONS), 'mapCurrentUser'];
  const base: Record<string, unknown> = {};
  const checked: Record<string, unknown> = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, row]) => [name, row.default]),
  );
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (Object.hasOwn(OPTIONS, name)) {
      checked[name] = OPTIONS[name as keyof CheckedOptions].read(value, name);
    } else if (BASE_ENVIRONMENT_OPTIONS.includes(name)) {
      base[name] = value;
    } else if (name !== 'mapCurrentUser') {
      throw unknownOption(name, known);
    }
  }
  const options = checked as unknown as CheckedOptions;
  // A docblock can lay one beside what the configuration has: then it is the file's word that counts.
  options.baseEnvironmentOptions = { ...options.baseEnvironmentOptions, ...base };
  options.mapRootUser = readRootMapping(given);
  checkContradictions(options);
  checkUnused(options, given);
  return options;
}

function readRootMapping(given: Record<string, unknown>): boolean {
  const root = given.mapRootUser;
  const current = given.mapCurrentUser;
  if (current === undefined) return root === undefined || root === true;
  checkBoolean('mapCurrentUser', current);
  if (root !== undefined && root === current) {
    throw new SandboxError(
      `The options "mapRootUser" and "mapCurrentUser" contradict each other: both are ${current}`,
      { option: 'mapCurrentUser' },
    );
  }
  return !current;
}

/** Combinations that would be partly isolated in silence, or would change the host. */
function checkContradictions(options: CheckedOptions): void {
  const { namespaces } = options;
  const isRoot = process.geteuid?.() === 0;
  const needs: [NamespaceName, NamespaceName, string][] = [
    ['pid', 'mount', 'its private /proc is a mount'],
    ['ipc', 'mount', 'POSIX shared memory is files in /dev/shm, which need a private mount'],
  ];
  if (isRoot) {
    needs.push(
      ['user', 'uts', "real root would change the host's hostname through /proc/sys"],
      ['user', 'ipc', "real root would change the host's IPC limits through /proc/sys"],
    );
  }
  options.bind.forEach(({ target }, index) => {
    const existsInside =
      statSync(target, { throwIfNoEntry: false }) !== undefined ||
      options.tmpfs.some((directory) => target.startsWith(`${directory}/`));
    if (!existsInside) {
      throw new SandboxError(`The target of "bind[${index}]" does not exist: ${target}`, {
        option: `bind[${index}].target`,
        subject: target,
        reason: 'Making it would change the host.',
        fix: 'Make it first, or choose a target below a directory that "tmpfs" covers.',
      });
    }
  });
  for (const [name, needed, reason] of needs) {
    if (namespaces[name] !== false && namespaces[needed] === false) {
      throw new SandboxError(
        `The option "namespaces.${needed}" cannot be false while "namespaces.${name}" is not`,
        { option: `namespaces.${needed}`, reason: `Without it ${reason}.` },
      );
    }
  }
}

/** An option that could have no effect is a mistake, not a preference. */
function checkUnused(options: CheckedOptions, given: Record<string, unknown>): void {
  const needs: [keyof CheckedOptions, NamespaceName][] = [
    ['tmpfs', 'mount'],
    ['bind', 'mount'],
    ['dev', 'mount'],
    ['hostname', 'uts'],
    ['domainname', 'uts'],
    ['loopback', 'net'],
  ];
  for (const [option, name] of needs) {
    if (given[option] !== undefined && options.namespaces[name] === false) {
      throw new SandboxError(
        `The option "${option}" has no effect while "namespaces.${name}" is false`,
        { option },
      );
    }
  }
}

function allNamespaces(): Record<NamespaceName, NamespaceChoice> {
  return Object.fromEntries(NAMESPACES.map(({ name }) => [name, true])) as Record<
    NamespaceName,
    NamespaceChoice
  >;
}

function readNamespaces(value: unknown, option: string): Record<NamespaceName, NamespaceChoice> {
  const choices = allNamespaces();
  for (const [key, choice] of Object.entries(checkObject(option, value))) {
    const name = NAMESPACE_ALIASES[key] ?? key;
    if (!(name in choices)) throw unknownOption(key, Object.keys(choices), `${option}.`);
    choices[name as NamespaceName] = checkOneOf(`${option}.${key}`, [true, false, 'try'], choice);
  }
  return choices;
}

function readDirectories(value: unknown, option: string): string[] {
  return checkArray(option, value).map((item, index) => {
    const directory = checkAbsolutePath(`${option}[${index}]`, item);
    if (NEVER_COVERED.includes(directory)) {
      throw new SandboxError(`The option "${option}[${index}]" cannot cover ${directory}`, {
        option,
        subject: directory,
        reason: 'Nothing would run without it, or it has a mount of its own.',
      });
    }
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
      throw new SandboxError(`The option "${option}[${index}]" names no directory: ${directory}`, {
        option,
        subject: directory,
      });
    }
    return directory;
  });
}

function readBinds(value: unknown, option: string): Required<BindMount>[] {
  return checkArray(option, value).flatMap((item, index) => readBind(item, `${option}[${index}]`));
}

function readBind(value: unknown, option: string): Required<BindMount>[] {
  const known = ['source', 'target', 'readonly', 'try'];
  const given = checkObject(option, value);
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw unknownOption(key, known, `${option}.`);
  }
  const source = checkAbsolutePath(`${option}.source`, given.source);
  const bind = {
    source,
    target: checkAbsolutePath(`${option}.target`, given.target ?? source),
    readonly: checkBoolean(`${option}.readonly`, given.readonly ?? false),
    try: checkBoolean(`${option}.try`, given.try ?? false),
  };
  if (statSync(source, { throwIfNoEntry: false }) !== undefined) return [bind];
  if (bind.try) return [];
  throw new SandboxError(`The source of "${option}" does not exist: ${source}`, {
    option: `${option}.source`,
    subject: source,
    code: 'ENOENT',
    fix: 'Make it first, or set try: true to leave the mount out when it is missing.',
  });
}

/** A command in a sandbox that is there, as the sandbox's own command would be. */
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
} from 'node:fs';
import type { Socket } from 'node:net';
import path from 'node:path';
import { readLines } from '../channel/lines';
import { errnoName } from '../errors/sandbox-error';
import { namesOf } from '../helpers/enter';
import { namespaceFile } from '../helpers/namespace-reference';
import { binaryPath } from '../native/load';
import { type Attended, exitCodeOfStep } from './attend';
import { type Child, startChild } from './child-process';
import { refusalOf } from './enter-namespaces';
import { makerOf } from './group-name';
import { valuesOf } from './init-arguments/words';
import { startError } from './open-sandbox';
import type { RunningSandbox } from './running-sandboxes';
import { parseStatus } from './status';

/** What was said of the sandbox's own command holds for those that come later: who it is, what it may do. */
const OF_COMMANDS = [
  'init-ids',
  'uid',
  'gid',
  'clear-groups',
  'umask',
  'rlimit',
  'cap-add',
  'cap-drop',
  'no-new-privs',
  'seccomp',
];

/**
 * Starts a command in all namespaces of a sandbox, with its root, working directory, environment, ids,
 * capabilities and limits. Of this process it has the standard streams and the terminal.
 *
 * @param command Empty: the user's shell.
 * @param onNotice Told what could be had by lesser means only.
 * @throws SandboxError when ns-init itself cannot be started; other errors where /proc refuses.
 */
export function enterSandbox(
  sandbox: RunningSandbox,
  command: string[],
  onNotice: (sentence: string) => void,
): Attended<{ code: number; refusal?: Error }> {
  const { id, supervisor, words } = sandbox;
  const env = environmentOf(supervisor);
  const opened: number[] = [];
  const open = (path: string, flags: number) => {
    const fd = openSync(path, flags);
    opened.push(fd);
    return fd;
  };
  try {
    const namespaces = namesOf(id, undefined).map((name) =>
      open(namespaceFile(id, name), constants.O_RDONLY),
    );
    const root = open(`/proc/${id}/root`, constants.O_RDONLY | constants.O_DIRECTORY);
    const isOf = (word: string) => OF_COMMANDS.includes(word.slice(2).split('=')[0] as string);
    const groups = groupsOf(sandbox).map((group) =>
      open(path.join(group, 'cgroup.procs'), constants.O_WRONLY),
    );
    const places = [
      ...namespaces.map((fd) => ({ word: 'enter', fd })),
      ...groups.map((fd) => ({ word: 'enter-cgroup', fd })),
      { word: 'enter-root', fd: root },
    ];
    const child = start(places, env, [
      `--chdir=${directoryOf(sandbox)}`,
      ...words.filter(isOf),
      '--',
      ...(command.length > 0 ? command : [shellOf(id, env)]),
    ]);
    return { ended: endOf(child, onNotice), signal: child.kill };
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/** Where descriptors begin in ns-init: 0, 1 and 2 are the command's. */
const STATUS = 3;
const LIFELINE = 4;
const FIRST_PLACE = 5;

/** @param places What is entered: the word of ns-init for it, and our descriptor. */
function start(
  places: { word: string; fd: number }[],
  env: NodeJS.ProcessEnv,
  words: string[],
): Child {
  const init = binaryPath('ns-init');
  const all = [
    ...['--attended', '--keep-session', `--status-fd=${STATUS}`, `--lifeline-fd=${LIFELINE}`],
    ...places.map(({ word }, index) => `--${word}=${FIRST_PLACE + index}`),
    ...words,
  ];
  // The terminal is this one.
  const { TERM } = process.env;
  try {
    const given = { ...env, ...(TERM !== undefined && { TERM }) };
    return startChild(init, all, given, [0, 1, 2, 'pipe', 'pipe', ...places.map(({ fd }) => fd)]);
  } catch (error) {
    throw startError(init, error as NodeJS.ErrnoException);
  }
}

async function endOf(
  { streams, ended }: Child,
  onNotice: (sentence: string) => void,
): Promise<{ code: number; refusal?: Error }> {
  let refused: { code: number; refusal: Error } | undefined;
  for (const stream of streams.values()) stream.on('error', () => {});
  readLines(streams.get(STATUS) as Socket, (text) => {
    const line = parseStatus(text);
    if (line?.type === 'fallback') {
      const { wanted, instead, errno } = line;
      onNotice(`${wanted} could not be used (${errnoName(errno)}), but ${instead}`);
    }
    if (line?.type !== 'failed') return;
    const code = exitCodeOfStep({ step: line.step, code: errnoName(line.errno) });
    refused ??= { code, refusal: refusalOf(line) };
  });
  const { code, signal } = await ended;
  if (refused) return refused;
  if (code !== null) return { code };
  return {
    code: exitCodeOfStep({}),
    refusal: new Error(`ns-init was killed by ${signal}, and the command with it`),
  };
}

/** environ(7): what the sandbox was opened with is what its command was given. */
function environmentOf(supervisor: number): NodeJS.ProcessEnv {
  const rows = readFileSync(`/proc/${supervisor}/environ`, 'utf8').split('\0').filter(Boolean);
  return Object.fromEntries(
    rows.map((row) => [row.slice(0, row.indexOf('=')), row.slice(row.indexOf('=') + 1)]),
  );
}

/** Where its own command began, if that is there. */
function directoryOf({ id, supervisor, words }: RunningSandbox): string {
  const [given] = valuesOf('chdir', words);
  const directory = given ?? readlinkSync(`/proc/${supervisor}/cwd`);
  return existsSync(`/proc/${id}/root${directory}`) ? directory : '/';
}

/** The cgroups that its supervisor made. */
function groupsOf({ supervisor, words }: RunningSandbox): string[] {
  return valuesOf('cgroup', words).flatMap((parent) =>
    readdirSync(parent)
      .filter((name) => makerOf(name)?.pid === supervisor)
      .map((name) => path.join(parent, name)),
  );
}

function shellOf(id: number, { SHELL }: NodeJS.ProcessEnv): string {
  return SHELL !== undefined && existsSync(`/proc/${id}/root${SHELL}`) ? SHELL : 'sh';
}

/** What is in a sandbox that stays: what of it is the file's, as its failure shows it. */
import { readFileSync } from 'node:fs';
import { processes } from '../helpers/processes';
import { listening, parseListening } from '../traces/listening';
import type { Progress } from './progress';

/**
 * One line each: its processes, and what the test process saw when the file had ended. If it told nothing,
 * as it may not have come to its end, what listens is read from outside.
 *
 * @param init PID 1 of the sandbox, as it is counted here.
 * @param hasOwnNetwork Otherwise the host's sockets would be taken for the file's.
 */
export function postMortem(
  init: number,
  { left }: Pick<Progress, 'left'>,
  hasOwnNetwork: boolean,
): string[] {
  try {
    const others = left?.traces ?? (hasOwnNetwork ? socketsOf(init) : []);
    return [
      ...processesOf(init).map((command) => `process ${command}`),
      ...others.map(({ kind, description }) => `${kind} ${description}`),
    ];
  } catch {
    // Somebody has ended it, or hides processes from this user. The file's result is what counts.
    return [];
  }
}

/** The command of each, but of PID 1: parents first. */
function processesOf(init: number): string[] {
  const all = processes.list();
  const below = (parent: number): string[] =>
    all
      .filter(({ ppid }) => ppid === parent)
      .flatMap(({ pid, command }) => [command, ...below(pid)]);
  return below(init);
}

function socketsOf(init: number): { kind: string; description: string }[] {
  const rows = listening((table) => readFileSync(`/proc/${init}/net/${table}`, 'utf8'));
  return parseListening(rows).map(({ protocol, address }) => ({
    kind: 'socket',
    description: `${protocol} ${address}`,
  }));
}

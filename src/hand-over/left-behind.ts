import { type Exited, textOf } from '../launch/status';
import type { Progress } from './progress';

/** What a terminal would obey. */
const CONTROL = /\p{Cc}/gu;

/** What a file has left in its sandbox, one line each. */
export interface LeftBehind {
  processes: string[];
  others: string[];
}

/** What ns-init says was running and written, and what the test process saw beside that. */
export function leftBehind(
  { exited }: { exited?: Pick<Exited, 'left' | 'written' | 'writtenCount'> },
  { since, left }: Pick<Progress, 'since' | 'left'>,
): LeftBehind {
  const running = exited?.left ?? [];
  const pids = new Set(running.map(({ pid }) => pid));
  return {
    processes: running.map(({ pid, command }) => {
      const title = since.get(pid);
      return title === undefined ? command : `${command}, since "${title}"`;
    }),
    others: [
      ...(left?.traces ?? [])
        // A socket is gone with a process that has ended together with the test process.
        .filter(({ pid }) => pid === undefined || pid === left?.pid || pids.has(pid))
        .map(({ kind, description }) => `${kind} ${description}`),
      ...(exited ? fileLines(exited) : []),
    ],
  };
}

function fileLines({ written, writtenCount }: Pick<Exited, 'written' | 'writtenCount'>): string[] {
  const lines = written.map(({ path, isRemoved }) => {
    const line = `file ${textOf(path).replaceAll(CONTROL, '?')}`;
    return isRemoved ? `${line}, which was removed` : line;
  });
  const unnamed = writtenCount - written.length;
  return unnamed > 0 ? [...lines, `files beside: ${unnamed}`] : lines;
}

/** `ns-jest ps`: the sandboxes that are alive. */
import os from 'node:os';
import { enter, namesOf } from '../helpers/enter';
import { purposeOf, type RunningSandbox, runningSandboxes } from '../launch/running-sandboxes';
import { type Command, UsageError } from './command';
import { table } from './table';

export const ps: Command = {
  summary: 'list the sandboxes that are alive',
  usage: `usage: ns-jest ps [--json]

Lists the sandboxes of this user that are alive, or, for root, of all users: the pid of each one's PID 1, by
which it can be entered, since when, whether it runs or was kept, how many processes it has, its hostname,
and its test file or command.

  --json   as a JSON array
`,
  async run(args) {
    const wrong = args.find((word) => word !== '--json');
    if (wrong !== undefined) throw new UsageError(`ns-jest ps knows no "${wrong}"`);
    const rows = await Promise.all(runningSandboxes().map(toRow));
    process.stdout.write(
      args.includes('--json') ? `${JSON.stringify(rows, null, 2)}\n` : text(rows),
    );
    return 0;
  },
};

interface Row {
  id: number;
  since: string;
  state: 'running' | 'kept';
  processes: number;
  uid: number;
  /** null if it cannot be had. */
  hostname: string | null;
  testPath: string | null;
  command: string[];
  purpose: string;
}

async function toRow(sandbox: RunningSandbox): Promise<Row> {
  const { id, since, isKept, processes, uid, testPath = null, command } = sandbox;
  return {
    id,
    since: since.toISOString(),
    state: isKept ? 'kept' : 'running',
    processes,
    uid,
    hostname: await hostnameOf(id),
    testPath,
    command,
    purpose: purposeOf(sandbox),
  };
}

/** As it is now, whatever it was set to. */
async function hostnameOf(id: number): Promise<string | null> {
  try {
    const names = namesOf(id, ['user', 'uts']);
    if (!names.includes('uts')) return os.hostname();
    const { stdout, code } = await enter({ pid: id, namespaces: names }).run('uname', ['-n']);
    return code === 0 ? stdout.trim() : null;
  } catch {
    return null;
  }
}

function text(rows: Row[]): string {
  if (rows.length === 0) return '';
  return table([
    ['ID', 'SINCE', 'STATE', 'PROCESSES', 'HOSTNAME', 'WHAT'],
    ...rows.map(({ id, since, state, processes, hostname, purpose }) => [
      `${id}`,
      localTime(new Date(since)),
      state,
      `${processes}`,
      hostname ?? '?',
      purpose,
    ]),
  ]);
}

function localTime(date: Date): string {
  // Swedish dates are ISO 8601's.
  return date.toLocaleString('sv-SE');
}

/** A real terminal, by tmux: what a user presses and what a user sees. */
import { execFileSync, spawnSync } from 'node:child_process';

const COLUMNS = 100;
const ROWS = 60;
const POLL_MS = 25;

/** Whether there is a tmux that can open a terminal on this machine. */
export function hasTerminals(): boolean {
  const name = `ns-jest-probe-${process.pid}`;
  const probe = spawnSync('tmux', ['-L', name, '-f', '/dev/null', 'new-session', '-d', 'true']);
  spawnSync('tmux', ['-L', name, 'kill-server']);
  return probe.status === 0;
}

/** One command in a terminal of its own, on a tmux server of its own. */
export class Terminal {
  static #count = 0;
  readonly #socket = `ns-jest-test-${process.pid}-${Terminal.#count++}`;

  constructor(command: string[], { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv }) {
    this.#tmux(
      [
        ...['-f', '/dev/null', 'start-server', ';'],
        // What the command said last is there when it has ended, and how it ended.
        ...['set-option', '-g', 'remain-on-exit', 'on', ';'],
        ...['new-session', '-d', '-x', `${COLUMNS}`, '-y', `${ROWS}`, '-c', cwd, '--', ...command],
      ],
      env,
    );
  }

  /** What the terminal shows, without the blanks at the ends. */
  screen(): string {
    return this.#tmux(['capture-pane', '-p']).replace(/ +$/gm, '').trimEnd();
  }

  /** Presses keys by tmux's names: `Enter`, `Escape`, `C-c`, or a character. */
  press(...keys: string[]): void {
    this.#tmux(['send-keys', '--', ...keys]);
  }

  /** Types a text. */
  type(text: string): void {
    this.#tmux(['send-keys', '-l', '--', text]);
  }

  /** Empties the screen, so that all that is seen next is new. */
  wipe(): void {
    this.#tmux(['send-keys', '-R', ';', 'clear-history']);
  }

  /** Waits until the screen shows all of `wanted`, and returns it. */
  async shows(...wanted: (string | RegExp)[]): Promise<string> {
    return this.#until(
      () => {
        const screen = this.screen();
        const isThere = wanted.every((each) =>
          typeof each === 'string' ? screen.includes(each) : each.test(screen),
        );
        return isThere ? screen : undefined;
      },
      () => `the terminal to show ${wanted.join(', ')}, but it shows:\n${this.screen()}`,
    );
  }

  /** Waits until the command has ended, and returns its exit code. */
  async ended(): Promise<number> {
    return this.#until(
      () => {
        const [dead, status] = this.#tmux([
          'list-panes',
          '-F',
          '#{pane_dead} #{pane_dead_status}',
        ]).split(/\s+/);
        return dead === '1' && status ? Number(status) : undefined;
      },
      () => `the command to end, but it shows:\n${this.screen()}`,
    );
  }

  /** Ends the command and the tmux server, whatever they are doing. */
  close(): void {
    spawnSync('tmux', ['-L', this.#socket, 'kill-server']);
  }

  async #until<T>(read: () => T | undefined, what: () => string, timeoutMs = 30_000): Promise<T> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const value = read();
      if (value !== undefined) return value;
      if (Date.now() > end) throw new Error(`Waited ${timeoutMs} ms for ${what()}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  #tmux(words: string[], env = process.env): string {
    return execFileSync('tmux', ['-L', this.#socket, ...words], { encoding: 'utf8', env });
  }
}

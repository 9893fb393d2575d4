/** A real terminal, by tmux: what a user presses and what a user sees. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const COLUMNS = 100;
const ROWS = 60;
const POLL_MS = 25;
const TIMEOUT_MS = 30_000;
const ENDED = '--- ended with exit code';

/** Whether there is a tmux that can open a terminal on this machine. */
export function hasTerminals(): boolean {
  try {
    new Terminal(['true'], { cwd: '/', env: process.env }).close();
    return true;
  } catch {
    return false;
  }
}

/** One command in a terminal of its own, on a tmux server of its own. */
export class Terminal {
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-terminal-'));

  constructor(command: string[], { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv }) {
    try {
      this.#tmux(
        [
          ...[
            '-f',
            '/dev/null',
            'new-session',
            '-d',
            '-x',
            `${COLUMNS}`,
            '-y',
            `${ROWS}`,
            '-c',
            cwd,
          ],
          // tmux 3.3 may miss the end of its command: a shell stays, and tells it.
          ...['--', 'sh', '-c', `"$@"; echo "${ENDED} $?"; exec sleep 1000`, 'sh', ...command],
        ],
        env,
      );
    } catch (error) {
      this.close();
      throw error;
    }
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
  async shows(...wanted: string[]): Promise<string> {
    const end = Date.now() + TIMEOUT_MS;
    for (;;) {
      const screen = this.screen();
      if (wanted.every((each) => screen.includes(each))) return screen;
      if (Date.now() > end) {
        throw new Error(`Waited for ${JSON.stringify(wanted)}, but the terminal shows:\n${screen}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Waits until the command has ended, and returns its exit code. */
  async ended(): Promise<number> {
    const screen = await this.shows(ENDED);
    return Number(screen.slice(screen.lastIndexOf(ENDED) + ENDED.length));
  }

  /** Ends the command and the tmux server, whatever they are doing. */
  close(): void {
    spawnSync('tmux', ['-S', this.#socket(), 'kill-server']);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #socket(): string {
    return path.join(this.#folder, 'socket');
  }

  #tmux(words: string[], env = process.env): string {
    return execFileSync('tmux', ['-S', this.#socket(), ...words], { encoding: 'utf8', env });
  }
}

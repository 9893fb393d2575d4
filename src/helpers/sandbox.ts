// Node's own timers: those of the test may be faked.
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';
import type { Agent } from '../agents/agent';
import type { AgentOptions } from '../agents/options';
import { reapEnded } from '../agents/registry';
import type { Opened, Sandbox as Running, SandboxEnd } from '../launch/open-sandbox';
import type { NamespaceIds } from '../namespaces';
import type { SandboxOptions } from '../options/options';
import type { RunOptions as FileRunOptions } from '../options/run/options';
import { checkName, checkText } from './check';
import { collectText } from './collect-output';
import { ASYNC_DISPOSE } from './dispose';
import { enter, namesOf } from './enter';
import { unless } from './kernel-files';
import { ids } from './namespace-ids';
import type { RunOptions, RunResult } from './run';

/** What the options of a test file's sandbox are, but for those that say how the file is run. */
export interface NestedSandboxOptions extends Omit<SandboxOptions, keyof FileRunOptions> {
  /** A program and its arguments, with whose end all ends. By default the sandbox is there until it is ended. */
  command?: readonly string[];
}

/** How a sandbox ended. */
export interface NestedSandboxEnd {
  /** Of the command; null if a signal ended it. */
  code: number | null;
  /** The signal that ended it: `SIGTERM`, if it was the one that waits. */
  signal: string | null;
  /** Processes that were still running when the command had ended, by the ids they had inside. */
  left: { pid: number; command: string }[];
  /** What the command printed. */
  stdout: string;
  stderr: string;
}

/** The command has this long after SIGTERM; then all is killed. */
const END_GRACE_MS = 500;
const REAP_EVERY_MS = 20;

/**
 * A further sandbox, made by `ns.sandbox()`: namespaces of its own with an init of its own, in which
 * programs can be run. `await using` ends it; the end of the test file does so at the latest.
 */
export class NestedSandbox {
  /** Its PID 1, or what stands in for one without a PID namespace, as it is counted here. */
  readonly pid: number;
  /** Namespaces that were only to be tried, and why they could not be had. */
  readonly missing: { name: string; code: string }[];
  /** What could be had by lesser means only. */
  readonly fallbacks: { wanted: string; instead: string; code: string }[];
  readonly #agents: Agent[] = [];
  readonly #namespaces: NamespaceIds | undefined;
  readonly #running: Running;
  readonly #end: Promise<NestedSandboxEnd>;

  constructor(
    { init, missing, fallbacks }: Opened,
    running: Running,
    end: Promise<NestedSandboxEnd>,
  ) {
    this.pid = init;
    // A command may have ended by now.
    this.#namespaces = unless(['ESRCH'], () => ids(init));
    this.missing = missing;
    this.fallbacks = fallbacks;
    this.#running = running;
    this.#end = end;
  }

  /**
   * Its namespaces: those that it does not have for itself are this process's.
   *
   * @throws SystemError ESRCH if its command ended before they could be read.
   */
  get namespaces(): NamespaceIds {
    return this.#namespaces ?? ids(this.pid);
  }

  /**
   * As `ns.run`, but in there. `cwd` is the test's own working directory by default.
   *
   * @throws TypeError if an argument cannot be right.
   * @throws SystemError if the sandbox has ended (ESRCH) or the program cannot be started (execvp).
   */
  async run(
    command: string,
    args: readonly string[] = [],
    options: RunOptions = {},
  ): Promise<RunResult> {
    return enter({ pid: this.pid }).run(command, args, { cwd: process.cwd(), ...options });
  }

  /**
   * An agent in there: `ns.agent` with its namespaces joined first. docs/agents.md
   *
   * @throws TypeError if an option cannot be right.
   * @throws SystemError if the kernel refuses, or the sandbox has ended (ESRCH).
   */
  agent(options: Omit<AgentOptions, 'join'> = {}): Agent {
    const { agent } = require('../agents') as typeof import('../agents');
    const { pid } = this;
    const made = agent({ ...options, join: { pid, namespaces: namesOf(pid, undefined) } });
    this.#agents.push(made);
    return made;
  }

  /** Sends the command a signal; SIGKILL, the default, kills everything in there. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    checkName('signal', signal);
    if (signal === 'SIGKILL') {
      this.#endAgents();
      this.#running.kill();
      return;
    }
    this.#running.signal(signal);
  }

  /**
   * How it ends. Waits for that, and changes nothing.
   *
   * @throws SandboxError if the command, which was to be PID 1 itself, could not be executed.
   */
  async ended(): Promise<NestedSandboxEnd> {
    // PID 1 cannot be gone before all in its PID namespace are reaped, and agents that came in from
    // here are ours to reap. pid_namespaces(7)
    const timer = setInterval(reapEnded, REAP_EVERY_MS);
    try {
      return await this.#end;
    } finally {
      clearInterval(timer);
    }
  }

  /**
   * Ends it: the command is sent SIGTERM, and half a second later all that is left is killed. Of one that
   * has ended it tells how.
   */
  async end(): Promise<NestedSandboxEnd> {
    this.#endAgents();
    this.#running.signal('SIGTERM');
    const timer = setTimeout(() => this.#running.kill(), END_GRACE_MS);
    try {
      return await this.ended();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Without a PID namespace its end would not be theirs. */
  #endAgents(): void {
    for (const agent of this.#agents.splice(0)) agent.end();
  }

  async [ASYNC_DISPOSE](): Promise<void> {
    await this.end();
  }
}

/**
 * Opens a further sandbox inside of this one, or on the host: the same options as those of a test file,
 * with the same defaults, read and refused by the same rules.
 *
 * @throws SandboxError for a wrong option, or if the sandbox could not be opened.
 */
export async function sandbox(options: NestedSandboxOptions = {}): Promise<NestedSandbox> {
  const { command, ...others } = options;
  const argv = command === undefined ? undefined : checkCommand(command);
  const running = open(others, argv);
  running.channel.destroy();
  const stdout = collectText(running.stdout);
  const stderr = collectText(running.stderr);
  const opened = await running.opened;
  if (opened === undefined) throw (await running.ended).error;
  const end = running.ended.then((found) => ({
    ...describeEnd(found),
    stdout: stdout(),
    stderr: stderr(),
  }));
  // For whoever asks; nobody has to.
  end.catch(() => {});
  return new NestedSandbox(opened, running, end);
}

function checkCommand(command: readonly string[]): string[] {
  if (!Array.isArray(command) || command.length === 0) {
    throw new TypeError('Expected the command to be an array of a program and its arguments');
  }
  checkName('command', command[0]);
  return command.map((word, index) => checkText(`word ${index} of the command`, word));
}

function open(options: Record<string, unknown>, argv: string[] | undefined): Running {
  // Required when they are needed: a test that imports the helpers does not load the launcher.
  const { openSandbox } =
    require('../launch/open-sandbox') as typeof import('../launch/open-sandbox');
  const { binaryPath } = require('../native/load') as typeof import('../native/load');
  const { environmentInside } =
    require('../options/processes/environment') as typeof import('../options/processes/environment');
  const { readOptionsWithoutFile } =
    require('../options/read-options') as typeof import('../options/read-options');
  const { toSpecWithoutFile } =
    require('../options/sandbox-spec') as typeof import('../options/sandbox-spec');

  const checked = readOptionsWithoutFile(options, 'ns.sandbox()');
  const spec = toSpecWithoutFile(checked);
  return openSandbox(spec, {
    argv: argv ?? [binaryPath('ns-init'), '--wait'],
    env: environmentInside(process.env, checked),
    hasChannel: false,
  });
}

function describeEnd({ exitCode, signal, exited, error }: SandboxEnd) {
  if (error?.facts.step !== undefined) throw error;
  // Killed as a whole, nobody could tell how the command ended.
  if (exited === undefined) return { code: null, signal: 'SIGKILL', left: [] };
  return { code: exitCode, signal, left: exited.left };
}

import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PACKAGE } from './package';

/** What `jest --json` prints, as far as tests look at it. */
export interface JestJson {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTotalTests: number;
  numRuntimeErrorTestSuites: number;
  success: boolean;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: {
      fullName: string;
      title: string;
      status: string;
      failureMessages: string[];
    }[];
  }[];
}

export interface JestRun {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  json: JestJson | undefined;
}

export interface JestOptions {
  args?: string[];
  /** The folder of the Jest to use, in node_modules. Default: "jest". */
  jest?: string;
  env?: NodeJS.ProcessEnv;
  /** The command that runs Node, for example setpriv. */
  wrapper?: string[];
  node?: string;
}

/** A test sequencer: files that take as long as each other would otherwise come in any order. */
export const BY_NAME = `module.exports = class {
  sort(tests) { return [...tests].sort((a, b) => a.path.localeCompare(b.path)); }
  allFailedTests(tests) { return tests; }
  cacheResults() {}
};`;

/** A scratch project with real files, in which a real Jest runs. */
export class Project {
  readonly folder: string;

  /** @param parent Where to make it; below /tmp it lies under a directory that sandboxes cover. */
  constructor(files: Record<string, string>, parent = os.tmpdir()) {
    this.folder = mkdtempSync(path.join(parent, 'ns-jest-test-'));
    mkdirSync(path.join(this.folder, 'node_modules', '.bin'), { recursive: true });
    symlinkSync(PACKAGE, path.join(this.folder, 'node_modules', 'ns-jest'));
    for (const name of ['jest-environment-jsdom', 'ts-jest', 'typescript', '@jest', '@types']) {
      symlinkSync(
        path.join(PACKAGE, 'node_modules', name),
        path.join(this.folder, 'node_modules', name),
      );
    }
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  /** Writes a file at one stroke: who watches it sees one change, not an empty file and then its text. */
  write(name: string, text: string): void {
    const file = path.join(this.folder, name);
    const unfinished = path.join(this.folder, 'node_modules', '.unfinished');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  }

  read(name: string): string {
    return readFileSync(path.join(this.folder, name), 'utf8');
  }

  /** Starts Jest; its process group is its own, so that it can be killed whole. */
  start(
    config: object,
    { args = [], jest = 'jest', env, wrapper = [], node }: JestOptions = {},
  ): ChildProcess {
    const command = [
      ...wrapper,
      node ?? process.execPath,
      path.join(PACKAGE, 'node_modules', jest, 'bin', 'jest.js'),
      // Two users' tests run side by side, on machines that others use, too.
      ...['--rootDir', this.folder, '--config', JSON.stringify({ testTimeout: 30_000, ...config })],
      ...args,
    ];
    return spawn(command[0] as string, command.slice(1), {
      cwd: this.folder,
      // The Jest that runs this test has put words of its own into the environment.
      env: { ...withoutJest(process.env), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async run(config: object, options: JestOptions = {}): Promise<JestRun> {
    const report = path.join(this.folder, 'report.json');
    rmSync(report, { force: true });
    const child = this.start(config, {
      ...options,
      args: ['--json', `--outputFile=${report}`, ...(options.args ?? [])],
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk) => (stdout += chunk));
    child.stderr?.on('data', (chunk) => (stderr += chunk));
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.once('close', (...end) => resolve(end)),
    );
    const json = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
    return { code, signal, stdout, stderr, json };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Without what Jest sets, and what makes it behave otherwise (no snapshot is written in CI). */
function withoutJest({ ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  for (const name of ['JEST_WORKER_ID', 'NODE_ENV', 'CI']) delete env[name];
  return { ...env, FORCE_COLOR: '0' };
}

/** Runs Jest once on the given files and removes them. */
export async function runJest(
  files: Record<string, string>,
  config: object,
  options?: JestOptions,
): Promise<JestRun> {
  const project = new Project(files);
  try {
    return await project.run(config, options);
  } finally {
    project.remove();
  }
}

/** `full name: status` of every test, in order. */
export function outcomes({ json, code, signal, stderr }: JestRun): string[] {
  if (json === undefined)
    throw new Error(`Jest ended (${signal ?? code}) without results: ${stderr}`);
  return json.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .map(({ fullName, status }) => `${fullName}: ${status}`)
    .sort();
}

/** Every command line in the README and in docs/ is one that works: those of this package are run. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allBlocks } from '../support/blocks';
import { type CliEnd, cli, startCli } from '../support/cli';
import { eventually } from '../support/host';
import { PACKAGE } from '../support/package';
import { Project } from '../support/project';
import { testIf } from '../support/test-if';

/** What a command line is, by how it begins. */
interface Kind {
  begins: RegExp;
  check(line: string): void | Promise<void>;
}

/** Programs that examples run inside, and a machine need not have. */
const STAND_INS = ['nginx', 'curl', 'make'];
/** Of a range that nothing else on the machine is given by the kernel, or listens on. */
const PORT = 20_000 + (process.pid % 10_000);
/** Of the sandbox that examples name. */
const ID = /\b21544\b/;

const packageJson = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'));
let project: Project;
let running: ReturnType<typeof startCli>;
let id: string;

beforeAll(async () => {
  const programs = STAND_INS.map((name) => [`bin/${name}`, '#!/bin/sh\necho "$0 $*"\n']);
  project = new Project({
    'install.sh': '#!/bin/sh\ntest "$A" = 1 && test "$(hostname)" = web-1\n',
    'sandbox.json': '{ "hostname": "web-1" }',
    ...Object.fromEntries(programs),
  });
  for (const name of ['install.sh', ...STAND_INS.map((each) => `bin/${each}`)])
    chmodSync(path.join(project.folder, name), 0o755);
  const bin = path.join(project.folder, 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(path.join(PACKAGE, packageJson.bin['ns-jest']), path.join(bin, 'ns-jest'));

  running = startCli(['run', '--', 'sh', '-c', 'echo ready; exec sleep 1000']);
  await eventually(() => running.output().includes('ready'));
  const { stdout } = await cli(['ps', '--json']);
  const mine = ({ purpose }: { purpose: string }) => purpose.includes('sleep 1000');
  id = String(JSON.parse(stdout).find(mine).id);
});
afterAll(async () => {
  running?.child.kill('SIGTERM');
  await running?.ended;
  project?.remove();
});

/** In a shell, in a project that has the package installed. */
function runLine(line: string): CliEnd {
  const { stdout, stderr, status } = spawnSync('sh', ['-c', line], {
    cwd: project.folder,
    encoding: 'utf8',
    input: '',
    env: {
      ...process.env,
      PATH: `${path.join(project.folder, 'bin')}:${process.env.PATH}`,
      // It has words of its own.
      npm_config_update_notifier: 'false',
    },
  });
  return { stdout, stderr, code: status };
}

const KINDS: Kind[] = [
  {
    begins: /^npx ns-jest (run|ps|enter) ?/,
    check(line) {
      const here = line.replace(ID, id).replace('--publish 8080:', `--publish ${PORT}:`);
      expect(runLine(here)).toMatchObject({ stderr: '', code: 0 });
    },
  },
  {
    begins: /^npx ns-jest doctor$/,
    // 1 is that of a machine on which something is wrong.
    check: (line) => expect([0, 1]).toContain(runLine(line).code),
  },
  {
    // It would end the sandboxes of other tests, too.
    begins: /^npx ns-jest cleanup$/,
    check: async () => expect((await cli(['cleanup', '--help'])).code).toBe(0),
  },
  {
    begins: /^node_modules\/ns-jest\/prebuilds\//,
    check(line) {
      const here = line.replace('linux-x64', `linux-${process.arch}`);
      const { stdout, code } = runLine(here);
      expect(stdout).toMatch(/^web-1\n0\n.*\bps ax\n$/s);
      expect(code).toBe(0);
    },
  },
  {
    begins: /^(\w+=\S+ )*npx jest( |$)/,
    check(line) {
      const projects: { displayName: string }[] = require(
        path.join(PACKAGE, 'jest.config.js'),
      ).projects;
      const names = [/--selectProjects (\S+)/.exec(line)?.[1]].filter((name) => name !== undefined);
      expect(projects.map(({ displayName }) => displayName)).toEqual(expect.arrayContaining(names));
    },
  },
  {
    begins: /^sh scripts\//,
    check: (line) =>
      expect(existsSync(path.join(PACKAGE, line.split(' ')[1] as string))).toBe(true),
  },
  {
    begins: /^npm (ci|install --save-dev ns-jest|run )/,
    check(line) {
      const script = /^npm run (\S+)/.exec(line)?.[1];
      if (script !== undefined) expect(packageJson.scripts).toHaveProperty([script]);
    },
  },
  {
    // What changes a machine, or starts others: the unit tests of troubleshooting.md compare them with the fixes
    // that the doctor gives.
    begins: /^(sudo|docker|podman|systemd-run) /,
    check: () => {},
  },
];

/** Without comments; with what a line goes on with, and what a program is given there. */
function commandLines(code: string): string[] {
  return code
    .replace(/\\\n */g, '')
    .replace(/<<'END'\n.*?^END$/gms, '')
    .split('\n')
    .map((line) => line.replace(/(^| +)#.*/, '').trim())
    .filter((line) => line !== '');
}

const LINES = allBlocks()
  .filter(({ language }) => language === 'sh')
  .flatMap(({ place, code }) => commandLines(code).map((line) => ({ place, line })));

const hasPasta = spawnSync('pasta', ['--version']).error === undefined;
describe.each(LINES)('$place', ({ line }) => {
  testIf(hasPasta || !line.includes('pasta'), 'pasta')(line, async () => {
    const kinds = KINDS.filter(({ begins }) => begins.test(line));
    expect(kinds).toHaveLength(1);
    await kinds[0]?.check(line);
  });
});

test('there are no other blocks than those that some test runs', () => {
  const languages = new Set(allBlocks().map(({ language }) => language));
  // Blocks without a language show what is printed; YAML and TOML are the doctor's snippets.
  expect([...languages].sort()).toEqual(['', 'js', 'sh', 'toml', 'yaml']);
});

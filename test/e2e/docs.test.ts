/** Every block of JavaScript in the README and in docs/ does what it says: it is run. */
import { chmodSync } from 'node:fs';
import vm from 'node:vm';
import { beforeAll, describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { allBlocks, type Block } from '../support/blocks';
import { outcomes, Project } from '../support/project';

const TRIVIAL = `test('runs', () => {});`;

interface Kind {
  is(block: Block): boolean;
  /** The files in which it is run, by name. */
  toFiles(block: Block, name: string): Record<string, string>;
}

/** What a block stands for: the first that it is. */
const KINDS: Kind[] = [
  {
    is: ({ code }) => code.startsWith('testEnvironmentOptions:'),
    toFiles: ({ code }, name) =>
      Object.fromEntries(
        code
          .split(/^(?=testEnvironmentOptions:)/m)
          .map((text, index) => [`${name}-${index}.test.js`, withOptions(text)]),
      ),
  },
  { is: ({ file }) => file !== undefined, toFiles: ({ code, file }) => ({ [`${file}`]: code }) },
  {
    is: ({ code }) => code.startsWith('/**'),
    toFiles: ({ code }, name) => ({ [`${name}.test.js`]: code + TRIVIAL }),
  },
  {
    // Named so where options name it.
    is: ({ code }) => /^module\.exports = class/m.test(code),
    toFiles: ({ code }, name) => ({
      'my-environment.js': code,
      [`${name}.test.js`]: `/** @jest-environment ./my-environment.js */\ntest('runs', () => expect(answer).toBe(42));`,
    }),
  },
  {
    is: ({ code }) => /^(test|describe|ns\.needs\(.*\)\.\w+)\(/m.test(code),
    toFiles: ({ code }, name) => ({ [`${name}.test.js`]: code }),
  },
  {
    is: () => true,
    toFiles: ({ code }, name) => ({ [`${name}.test.js`]: asTest(code) }),
  },
];

function withOptions(text: string): string {
  const options = vm.runInNewContext(`({ ${text} }).testEnvironmentOptions`);
  return `/**\n * @jest-environment ns-jest\n * @jest-environment-options ${JSON.stringify(options)}\n */\n${TRIVIAL}`;
}

/** Statements, in a test. Not every Node that runs this has the newest syntax. */
function asTest(code: string): string {
  const text = `
    const fs = require('node:fs');
    const net = require('node:net');
    const { spawn } = require('node:child_process');
    const { setTimeout } = require('node:timers/promises');
    ${code.includes(`require('ns-jest')`) ? '' : `const { ns } = require('ns-jest');`}
    test('runs', async () => { ${code} });`;
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  return outputText;
}

/** What an example may be told where the host, or the user, is another than it takes for granted. */
const ELSEWHERE: [part: string, message: RegExp][] = [
  ['"path":"/run/netns/blue"', /names a namespace that cannot be joined: \/run\/netns\/blue/],
  ['"pid":4711', /There is no process 4711/],
  ['/srv/alpine.tar.gz', /"root\.source" names no file: \/srv\/alpine\.tar\.gz/],
  ['"outside":100000', /asks for the ids 100000-165535, which are not allotted/],
  ['"memoryMax"', /"cgroup\.memoryMax" cannot be had here/],
  ['"veth"', /The option "network|step "set up NAT"/],
];

/** A whole configuration: not several of them in one project. */
const isConfiguration = ({ code, file }: Block) =>
  code.startsWith('module.exports = {') && [undefined, 'jest.config.js'].includes(file);

const BLOCKS = allBlocks().filter(({ language }) => language === 'js');
const FILES = BLOCKS.filter((block) => !isConfiguration(block)).map((block) => {
  const name = block.place.replace(/\W+/g, '-');
  return { ...block, files: KINDS.find(({ is }) => is(block))?.toFiles(block, name) ?? {} };
});

describe('blocks', () => {
  const results = new Map<string, { message: string }>();
  beforeAll(async () => {
    const project = new Project(Object.assign({}, ...FILES.map(({ files }) => files)));
    // Some examples run as another user.
    chmodSync(project.folder, 0o755);
    try {
      const { json, stderr } = await project.run({ preset: 'ns-jest' });
      if (json === undefined) throw new Error(stderr);
      for (const { name, ...result } of json.testResults) {
        results.set(name.slice(project.folder.length + 1), result);
      }
    } finally {
      project.remove();
    }
  }, 300_000);

  test.each(FILES)('$place', ({ files }) => {
    for (const [name, text] of Object.entries(files)) {
      if (!name.endsWith('.test.js')) continue;
      const result = results.get(name);
      const [, refusal] = ELSEWHERE.find(([part]) => text.includes(part)) ?? [];
      if (refusal && result?.message) expect(result.message).toMatch(refusal);
      else expect(result?.message).toBe('');
    }
  });
});

test.each(BLOCKS.filter(isConfiguration))('configuration of $place', async ({ code }) => {
  const project = new Project({ 'jest.config.js': code, 'a.test.js': TRIVIAL });
  try {
    const config = vm.runInNewContext(code, { module: {} });
    expect(outcomes(await project.run(config))).toEqual(['runs: passed']);
  } finally {
    project.remove();
  }
});

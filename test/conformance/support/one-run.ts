import { chmodSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@jest/globals';
import { type JestOptions, type JestRun, Project } from '../../support/project';

/** A test file and the options of its sandbox. */
export interface TestFile {
  options?: object;
  text: string;
}

/** What the files may use. */
const PRELUDE = `
  const fs = require('node:fs');
  const path = require('node:path');
  const { spawnSync } = require('node:child_process');
  const { ns } = require('ns-jest');
  const attempt = (act) => { try { act(); return 'ok'; } catch (error) { return error.code; } };
  const output = (command, ...args) => spawnSync(command, args, { encoding: 'utf8' }).stdout.trim();
`;

/** Files that a real Jest runs at once, each with options of its own, and what came of each. */
export class OneRun {
  private constructor(
    readonly project: Project,
    readonly run: JestRun,
  ) {}

  static async of(
    files: Record<string, TestFile>,
    { config = {}, ...options }: JestOptions & { config?: object } = {},
  ): Promise<OneRun> {
    const project = new Project({});
    // Some files run as another user, who is to read them.
    chmodSync(project.folder, 0o755);
    for (const [name, { options = {}, text }] of Object.entries(files)) {
      project.write(
        `${name}.test.js`,
        `/** @jest-environment-options ${JSON.stringify(options)} */\n${PRELUDE}${text}`,
      );
    }
    const run = await project.run(
      { preset: 'ns-jest', ...config },
      { args: ['-w', '2'], ...options },
    );
    return new OneRun(project, run);
  }

  fileOf(name: string) {
    return this.run.json?.testResults.find(
      (file) => path.basename(file.name) === `${name}.test.js`,
    );
  }

  /** That is: each file ran, and each of its tests passed. */
  expectPassed(...names: string[]): void {
    for (const name of names) {
      const file = this.fileOf(name);
      expect(file).toMatchObject({ message: '', status: 'passed' });
      expect(file?.assertionResults.map(({ status }) => status)).toContain('passed');
    }
  }

  remove(): void {
    this.project.remove();
  }
}

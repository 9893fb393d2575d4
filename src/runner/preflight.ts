import { checkLaunchVariable } from '../hand-over/launch-strategy';
import type { JestPackages } from '../jest/find-jest';
import type { GlobalConfig, Test } from '../jest/types';
import { openSandbox } from '../launch/open-sandbox';
import { binaryPath } from '../native/load';
import { neededPaths } from '../options/files/needed-paths';
import { toSandboxSpec } from '../options/sandbox-spec';
import { askedByProject, projectsOf } from './file-options';

/**
 * Opens one sandbox per project and runs nothing in it, so that what is wrong for every file is one
 * error before the first.
 *
 * @throws SandboxError of the step that failed, or of a wrong variable.
 */
export async function preflight(
  globalConfig: GlobalConfig,
  tests: Test[],
  jest: JestPackages,
): Promise<void> {
  checkLaunchVariable();
  for (const config of projectsOf(tests)) {
    const needed = neededPaths(globalConfig, config, [jest.runnerDirectory]);
    const sandbox = openSandbox(toSandboxSpec(askedByProject(config).options, needed), {
      // There in every sandbox, and gone at once: without arguments it prints how it is used.
      argv: [binaryPath('ns-init')],
      env: process.env,
    });
    sandbox.stdout.resume();
    sandbox.stderr.resume();
    const { error } = await sandbox.ended;
    sandbox.kill();
    if (error) throw error;
  }
}

import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { type JestPackages, resolveEnvironment } from '../jest/find-jest';
import type { ProjectConfig, Test } from '../jest/types';
import type { CheckedOptions } from '../options/options';
import { readOptions } from '../options/read-options';

/** The module that Jest loads for `testEnvironment: 'ns-jest'`. */
const OUR_ENVIRONMENT = path.join(__dirname, '..', 'index.js');

/** Where our options stand when another environment has `testEnvironmentOptions` for itself. */
const OPTIONS_KEY = 'ns-jest';

/** The projects that the tests belong to. */
export function projectsOf(tests: Test[]): ProjectConfig[] {
  return [...new Map(tests.map(({ context }) => [context.config.id, context.config])).values()];
}

/** The options of a project, checked. */
export function projectOptions(config: ProjectConfig): CheckedOptions {
  return optionsOf(config.testEnvironment, config);
}

/** The options of one file: its docblock counts, as with every environment of Jest's. */
export function fileOptions(test: Test, jest: JestPackages): CheckedOptions {
  const { config } = test.context;
  const { extract, parse } = jest.require('jest-docblock') as {
    extract(source: string): string;
    parse(docblock: string): Record<string, string | string[]>;
  };
  const pragmas = parse(extract(readFileSync(test.path, 'utf8')));
  const environment = pragmas['jest-environment'];
  const options = pragmas['jest-environment-options'];
  return optionsOf(
    typeof environment === 'string'
      ? resolveEnvironment(jest, config.rootDir, environment)
      : config.testEnvironment,
    typeof options === 'string'
      ? {
          ...config,
          testEnvironmentOptions: { ...config.testEnvironmentOptions, ...JSON.parse(options) },
        }
      : config,
  );
}

/** The runner isolates every file; a file that asks for another environment has it inside. */
function optionsOf(environment: string, { testEnvironmentOptions }: ProjectConfig): CheckedOptions {
  if (realpathSync(environment) === realpathSync(OUR_ENVIRONMENT)) {
    return readOptions(testEnvironmentOptions);
  }
  return readOptions((testEnvironmentOptions[OPTIONS_KEY] ?? {}) as Record<string, unknown>);
}

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

/** What a project or a file asks for. */
export interface Asked {
  options: CheckedOptions;
  /** The module of its environment, where it is not ours: the runner isolates every file. */
  otherEnvironment?: string | undefined;
}

/** What a project's configuration asks for. */
export function askedByProject(config: ProjectConfig): Asked {
  return asked(config.testEnvironment, config.testEnvironmentOptions);
}

/** What one file asks for: its docblock counts, as with every environment of Jest's. */
export function askedByFile(test: Test, jest: JestPackages): Asked {
  const { config } = test.context;
  const { extract, parse } = jest.require('jest-docblock') as {
    extract(source: string): string;
    parse(docblock: string): Record<string, string | string[]>;
  };
  const pragmas = parse(extract(readFileSync(test.path, 'utf8')));
  const environment = pragmas['jest-environment'];
  const options = pragmas['jest-environment-options'];
  return asked(
    typeof environment === 'string'
      ? resolveEnvironment(jest, config.rootDir, environment)
      : config.testEnvironment,
    { ...config.testEnvironmentOptions, ...parseOptions(options) },
  );
}

/** What is no JSON is told by Jest itself, when it runs the file. */
function parseOptions(text: string | string[] | undefined): object {
  try {
    return typeof text === 'string' ? JSON.parse(text) : {};
  } catch {
    return {};
  }
}

function asked(environment: string, options: Record<string, unknown>): Asked {
  if (realpathSync(environment) === realpathSync(OUR_ENVIRONMENT)) {
    return { options: readOptions(options) };
  }
  // That environment's options are its own; ours stand among them under our name.
  const ours = (options[OPTIONS_KEY] ?? {}) as Record<string, unknown>;
  return { options: readOptions(ours), otherEnvironment: environment };
}

import { createRequire } from 'node:module';
import path from 'node:path';
import { SandboxError } from '../errors/sandbox-error';
import type { EnvironmentClass } from './types';

/**
 * The packages of the Jest that is running now. Not `require('jest-runner')`: a project may hold
 * several versions, and ours to run with is the one that called us.
 */
export interface JestPackages {
  /** The folder of jest-runner. */
  runnerDirectory: string;
  /** Loads a package as jest-runner itself would. */
  require: NodeJS.Require;
}

/** Looks among the modules this process has loaded, then where jest-config would take it from. */
export function findJest(rootDir: string): JestPackages {
  const loaded = Object.keys(require.cache);
  const runnerDirectory =
    packageFolder(loaded, 'jest-runner') ??
    resolvePackage(packageFolder(loaded, 'jest-config'), 'jest-runner') ??
    resolvePackage(rootDir, 'jest-runner');
  if (runnerDirectory === undefined) {
    throw new SandboxError('Cannot find jest-runner, which runs the test files', {
      fix: 'Install jest in the project.',
    });
  }
  return jestFrom(runnerDirectory);
}

/** The Jest whose jest-runner lies in `runnerDirectory`. */
export function jestFrom(runnerDirectory: string): JestPackages {
  return { runnerDirectory, require: createRequire(path.join(runnerDirectory, 'package.json')) };
}

/** Resolves a Jest environment by the name or path a user wrote, as Jest does. */
export function resolveEnvironment(
  jest: JestPackages,
  rootDir: string,
  testEnvironment: string,
): string {
  const { resolveTestEnvironment } = jest.require('jest-resolve') as {
    resolveTestEnvironment(options: {
      rootDir: string;
      testEnvironment: string;
      requireResolveFunction: (name: string) => string;
    }): string;
  };
  return resolveTestEnvironment({
    rootDir,
    testEnvironment,
    requireResolveFunction: (name) => jest.require.resolve(name),
  });
}

/** jest-environment-node: what plain Jest falls back to. */
export function nodeEnvironment(jest: JestPackages): EnvironmentClass {
  return defaultExport(jest.require('jest-environment-node'));
}

/** What a module exports by default, compiled from an ES module or written as CommonJS. */
export function defaultExport<T>(loaded: unknown): T {
  return (loaded as { default?: T }).default ?? (loaded as T);
}

function packageFolder(files: string[], name: string): string | undefined {
  const inside = `${path.sep}${name}${path.sep}build${path.sep}`;
  const file = files.find((candidate) => candidate.includes(inside));
  return file?.slice(0, file.lastIndexOf(inside) + inside.length - 'build/'.length - 1);
}

function resolvePackage(from: string | undefined, name: string): string | undefined {
  if (from === undefined) return undefined;
  try {
    return path.dirname(
      createRequire(path.join(from, 'package.json')).resolve(`${name}/package.json`),
    );
  } catch {
    // Not to be had from there; the caller knows another place.
    return undefined;
  }
}

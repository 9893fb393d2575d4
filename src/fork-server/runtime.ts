/** An environment and a jest-runtime, made as jest-runner makes them for a file. */
import type { RunFile } from '../channel/messages';
import { defaultExport, jestFrom } from '../jest/find-jest';
import type {
  Environment,
  EnvironmentClass,
  GlobalConfig,
  ProjectConfig,
  RunnerContext,
} from '../jest/types';
import { createResolver, loadEnvironment } from '../test-process/run-test-file';

export interface Runtime {
  requireInternalModule(from: string, name?: string): unknown;
  unstable_shouldLoadAsEsm(file: string): boolean;
  /** How a module that is required is transformed: Jest's cache tells by it, too. */
  _getFullTransformationOptions(): object;
}

interface RuntimeClass {
  new (...args: unknown[]): Runtime;
  prototype: Runtime;
}

export interface Resolver {
  resolveModule(from: string, name: string, options: { conditions: string[] }): string;
}

export interface Transformer {
  shouldTransform(file: string): boolean;
  transform(file: string, options: object): { code: string };
  /** The same, of a text, and with what Jest keeps in memory left aside. */
  transformSource(file: string, text: string, options: object): { code: string };
  /** Called for what was not in Jest's cache. */
  _buildTransformResult(...args: unknown[]): unknown;
}

interface RuntimeOfFile {
  runtime: Runtime;
  resolver: Resolver;
  transformer: Transformer;
}

/** What a runtime is to count. */
export interface Coverage extends RunnerContext {
  collectCoverage: unknown;
  collectCoverageFrom: unknown;
  coverageProvider: unknown;
}

export const NO_COVERAGE: Coverage = {
  collectCoverage: false,
  collectCoverageFrom: [],
  coverageProvider: 'babel',
};

/**
 * An environment, and its class.
 *
 * @param projectConfig What it is made with; it is loaded by that of the file.
 */
export async function makeEnvironment(
  request: RunFile,
  name: string,
  projectConfig: ProjectConfig,
): Promise<{ Base: EnvironmentClass; environment: Environment }> {
  const jest = jestFrom(request.jestRunnerDirectory);
  const Base = await loadEnvironment(jest, request.projectConfig as ProjectConfig, name);
  const environment = new Base(
    { globalConfig: request.globalConfig as GlobalConfig, projectConfig },
    { console, docblockPragmas: {}, testPath: request.testPath },
  );
  return { Base, environment };
}

export async function makeRuntime(
  request: RunFile,
  environment: Environment,
  coverage: Coverage,
): Promise<RuntimeOfFile> {
  const jest = jestFrom(request.jestRunnerDirectory);
  const config = request.projectConfig as ProjectConfig;
  const { resolver } = await createResolver(jest, config, request.moduleMap);
  const { createScriptTransformer } = jest.require('@jest/transform') as {
    createScriptTransformer(
      config: ProjectConfig,
      texts: Map<string, string>,
    ): Promise<Transformer>;
  };
  const texts = new Map<string, string>();
  const transformer = await createScriptTransformer(config, texts);
  const runtime = new (runtimeClass(request))(
    config,
    environment,
    resolver,
    transformer,
    texts,
    coverage,
    request.testPath,
    request.globalConfig,
  );
  return { runtime, resolver: resolver as Resolver, transformer };
}

export function runtimeClass({ jestRunnerDirectory }: RunFile): RuntimeClass {
  return defaultExport<RuntimeClass>(jestFrom(jestRunnerDirectory).require('jest-runtime'));
}

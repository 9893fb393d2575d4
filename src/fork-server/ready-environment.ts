/**
 * The environment that a copy's file will run in, made ahead, with the modules of the test framework loaded
 * in it: the same for most files, and most of the work of a small one.
 */
import { isDeepStrictEqual } from 'node:util';
import type { RunFile } from '../channel/messages';
import { defaultExport, jestFrom } from '../jest/find-jest';
import type {
  Environment,
  EnvironmentClass,
  EnvironmentConfig,
  GlobalConfig,
  ProjectConfig,
} from '../jest/types';
import { createResolver, loadEnvironment } from '../test-process/run-test-file';

interface RuntimeClass {
  new (...args: unknown[]): { requireInternalModule(from: string): unknown };
  prototype: { requireInternalModule(from: string, name?: string): unknown };
}

export class ReadyEnvironment {
  readonly #request: RunFile;
  /** What jest-runner and the test framework load into each environment, in this order. */
  readonly #modules = new Set<string>();
  #made: Made | undefined;

  constructor(request: RunFile) {
    // The warm-up takes something away.
    this.#request = structuredClone(request);
  }

  /** Runs `warmUp`, and sees what is loaded into the environment of its file. */
  async watch(warmUp: () => Promise<void>): Promise<void> {
    const { prototype } = runtimeClass(this.#request);
    const { requireInternalModule } = prototype;
    const modules = this.#modules;
    prototype.requireInternalModule = function watched(from, name) {
      if (name === undefined) modules.add(from);
      return requireInternalModule.call(this, from, name);
    };
    try {
      await warmUp();
    } finally {
      prototype.requireInternalModule = requireInternalModule;
    }
  }

  /** In the fork server. Only what is the same for each file is made ahead. */
  async make(): Promise<void> {
    const request = this.#request;
    const config = request.projectConfig as ProjectConfig;
    // A set-up file comes before the test framework, and may have changed what that finds.
    if (request.baseEnvironment !== 'node' || config.setupFiles.length > 0 || config.runtime)
      return;
    const jest = jestFrom(request.jestRunnerDirectory);
    const Base = await loadEnvironment(jest, config, request.baseEnvironment);
    const projectConfig = configOf(request);
    const environment = new Base(
      { globalConfig: request.globalConfig as GlobalConfig, projectConfig },
      { console, docblockPragmas: {}, testPath: request.testPath },
    );
    const runtime = await makeRuntime(request, environment);
    const modules = new Map<string, unknown>();
    const hasDrawn = watchRandom(environment.global.Math, () => {
      for (const each of this.#modules) modules.set(each, runtime.requireInternalModule(each));
    });
    if (hasDrawn) return;
    const [directory, env] = [process.cwd(), sharedEnv()];
    this.#made = { Base, environment, projectConfig, modules, directory, env };
  }

  /** In a copy: gives it to whoever makes an environment of this class, if it is what they would make. */
  offer(Base: EnvironmentClass): EnvironmentClass {
    if (this.#made?.Base !== Base) return Base;
    const offered: EnvironmentClass = new Proxy(Base, {
      construct: (target, args: ConstructorParameters<EnvironmentClass>, newTarget) => {
        // Who extends ours may change the environment before the test framework is loaded.
        const isOurs = Object.getPrototypeOf(newTarget) === offered;
        const ready = isOurs ? this.#take(args[0]) : undefined;
        if (ready === undefined) return Reflect.construct(target, args, newTarget);
        return Object.setPrototypeOf(ready, newTarget.prototype);
      },
    });
    return offered;
  }

  #take(config: EnvironmentConfig): Environment | undefined {
    const made = this.#made;
    this.#made = undefined;
    if (made === undefined || !isAsMade(made, config)) return undefined;
    refreshProcess(made.environment.global.process);
    this.#lend(made);
    return made.environment;
  }

  /** The runtime of the file finds loaded what is, once. */
  #lend({ modules }: Made): void {
    const { prototype } = runtimeClass(this.#request);
    const { requireInternalModule } = prototype;
    prototype.requireInternalModule = function lent(from, name) {
      if (name !== undefined || !modules.has(from))
        return requireInternalModule.call(this, from, name);
      const loaded = modules.get(from);
      modules.delete(from);
      return loaded;
    };
  }
}

interface Made {
  Base: EnvironmentClass;
  environment: Environment;
  projectConfig: ProjectConfig;
  /** By path. */
  modules: Map<string, unknown>;
  directory: string;
  env: NodeJS.ProcessEnv;
}

function runtimeClass({ jestRunnerDirectory }: RunFile): RuntimeClass {
  return defaultExport<RuntimeClass>(jestFrom(jestRunnerDirectory).require('jest-runtime'));
}

/** As jest-runner does. */
async function makeRuntime(
  request: RunFile,
  environment: Environment,
): Promise<{ requireInternalModule(from: string): unknown }> {
  const jest = jestFrom(request.jestRunnerDirectory);
  const config = request.projectConfig as ProjectConfig;
  const { resolver } = await createResolver(jest, config, request.moduleMap);
  const { createScriptTransformer } = jest.require('@jest/transform') as {
    createScriptTransformer(config: ProjectConfig, texts: Map<string, string>): Promise<unknown>;
  };
  const texts = new Map<string, string>();
  const transformer = await createScriptTransformer(config, texts);
  const coverage = { collectCoverage: false, collectCoverageFrom: [], coverageProvider: 'babel' };
  return new (runtimeClass(request))(
    config,
    environment,
    resolver,
    transformer,
    texts,
    coverage,
    request.testPath,
    request.globalConfig,
  );
}

/** Whether `run` draws a number: then all copies would draw on from there. */
function watchRandom(math: Math, run: () => void): boolean {
  const { random } = math;
  let hasDrawn = false;
  math.random = () => {
    hasDrawn = true;
    return random();
  };
  run();
  math.random = random;
  return hasDrawn;
}

function configOf({ projectConfig, baseEnvironmentOptions }: RunFile): ProjectConfig {
  return {
    ...(projectConfig as ProjectConfig),
    testEnvironmentOptions: baseEnvironmentOptions,
  };
}

/** All that the making of it has read. */
function isAsMade(made: Made, { globalConfig, projectConfig }: EnvironmentConfig): boolean {
  return (
    // Whoever looks for what is left of an environment finds that we hold it.
    globalConfig.detectLeaks !== true &&
    process.cwd() === made.directory &&
    isDeepStrictEqual(sharedEnv(), made.env) &&
    isDeepStrictEqual(projectConfig, made.projectConfig)
  );
}

/** What a worker's files have in common. */
function sharedEnv(): NodeJS.ProcessEnv {
  const { JEST_WORKER_ID, ...env } = process.env;
  return env;
}

/** What is this process's own: as jest-util copies it into each environment. */
const OWN = ['pid', 'ppid', 'argv', 'execArgv', 'uptime'] as const;

function refreshProcess(copied: NodeJS.Process): void {
  for (const name of OWN) {
    const value = process[name];
    const known = Object.getOwnPropertyDescriptor(copied, name);
    if (known === undefined || 'get' in known) continue;
    Object.defineProperty(copied, name, {
      ...known,
      value: Array.isArray(value) ? [...value] : value,
    });
  }
  for (const name of Object.keys(copied.env)) delete copied.env[name];
  Object.assign(copied.env, process.env);
}

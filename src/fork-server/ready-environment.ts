/**
 * The environment that a copy's file will run in, made ahead, with the modules of the test framework loaded
 * in it: the same for most files, and most of the work of a small one.
 */
import { isDeepStrictEqual } from 'node:util';
import type { RunFile } from '../channel/messages';
import type {
  Environment,
  EnvironmentClass,
  EnvironmentConfig,
  ProjectConfig,
} from '../jest/types';
import { makeEnvironment, makeRuntime, NO_COVERAGE, type Runtime, runtimeClass } from './runtime';

export class ReadyEnvironment {
  #made: Made | undefined;
  #isTaken = false;

  /** Whether the file of this process runs in it. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /**
   * In the fork server: runs `warmUp`, and makes an environment with all that was loaded into the one of its
   * file. Only what is the same for each file is made ahead.
   */
  async makeAfter(warmUp: () => Promise<void>, request: RunFile): Promise<void> {
    const config = request.projectConfig as ProjectConfig;
    const fits =
      request.baseEnvironment === 'node' &&
      // A set-up file comes before the test framework, and may have changed what that finds.
      config.setupFiles.length === 0 &&
      !request.exposeGlobal;
    if (!fits) return warmUp();
    const modules = await watch(runtimeClass(request), warmUp);
    // Without it copies make their own.
    this.#made = await make(request, modules).catch(() => undefined);
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
    lendModules(made.runtime);
    this.#isTaken = true;
    return made.environment;
  }
}

interface Made {
  Base: EnvironmentClass;
  environment: Environment;
  projectConfig: ProjectConfig;
  /** In which the test framework is loaded. */
  runtime: Runtime;
  directory: string;
  env: NodeJS.ProcessEnv;
}

/** What jest-runner and the test framework load into the environment of a file that `run` runs, in this order. */
async function watch(
  { prototype }: { prototype: Runtime },
  run: () => Promise<void>,
): Promise<Set<string>> {
  const { requireInternalModule } = prototype;
  const modules = new Set<string>();
  prototype.requireInternalModule = function watched(from, name) {
    if (name === undefined) modules.add(from);
    return requireInternalModule.call(this, from, name);
  };
  try {
    await run();
    return modules;
  } finally {
    prototype.requireInternalModule = requireInternalModule;
  }
}

async function make(request: RunFile, modules: Set<string>): Promise<Made | undefined> {
  const projectConfig = configOf(request);
  const { Base, environment } = await makeEnvironment(
    request,
    request.baseEnvironment,
    projectConfig,
  );
  const { runtime } = await makeRuntime(request, environment, NO_COVERAGE);
  const hasDrawn = watchRandom(environment.global.Math, () => {
    for (const each of modules) runtime.requireInternalModule(each);
  });
  if (hasDrawn) return undefined;
  return { Base, environment, projectConfig, runtime, directory: process.cwd(), env: sharedEnv() };
}

/**
 * The file's runtime has the internal modules of the one that is ready: all, as the file may ask for one,
 * `expect`, that others have loaded.
 */
function lendModules(ready: Runtime): void {
  const prototype = Object.getPrototypeOf(ready) as Runtime;
  const { requireInternalModule } = prototype;
  prototype.requireInternalModule = function lent(from, name) {
    return requireInternalModule.call(ready, from, name);
  };
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

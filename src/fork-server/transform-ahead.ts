/**
 * What Jest's cache does not have yet is transformed ahead, by one copy that stays: it gets ever faster, as
 * Jest's own workers do, where each copy that runs a file would begin with a transformer that is cold.
 */
import { closeSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { RunFile } from '../channel/messages';
import type { GlobalConfig, ProjectConfig } from '../jest/types';
import { callNative } from '../native/load';
import { contextOf, withGlobal } from '../test-process/run-test-file';
import { takePid } from './become-test-process';
import type { Order } from './order';
import { separateRandomNumbers } from './random-numbers';
import {
  type Coverage,
  makeEnvironment,
  makeRuntime,
  type Resolver,
  type Runtime,
  type Transformer,
} from './runtime';

/** When so many test files, one after the other, were in the cache, the others will be. */
const ENOUGH = 4;

/** Of what is no JavaScript Jest caches nothing that a runtime would ask for like that. */
const CODE = /\.[cm]?[jt]sx?$/;

/** Of a module that was made CommonJS. */
const REQUIRED = /\brequire\(\s*(["'])(.+?)\1\s*\)/g;

export class TransformAhead {
  readonly #order: Order;
  readonly #requests: number;
  #copy: number | undefined;
  #hasBegun = false;

  /** @param requests Descriptor that copies are asked for by. */
  constructor(order: Order, requests: number) {
    this.#order = order;
    this.#requests = requests;
  }

  /** Begins as soon as the transformer is loaded, if none of the files can be in the cache. */
  async beginEarly(): Promise<void> {
    const { cacheIsNew, toCome } = this.#order;
    if (cacheIsNew) await this.#begin(toCome);
  }

  /** Begins, if it has not yet, with the files that do not run at once. */
  async begin(): Promise<void> {
    const { toCome, warmUp } = this.#order;
    const { maxWorkers } = warmUp.globalConfig as GlobalConfig;
    await this.#begin(toCome.slice(maxWorkers));
  }

  /** Ends it, however far it is. */
  end(): void {
    if (this.#copy !== undefined) callNative('copyEnd', [this.#copy, 0]);
  }

  async #begin(testFiles: string[]): Promise<void> {
    const { warmUp, cacheIsNew } = this.#order;
    const { cache } = warmUp.projectConfig as ProjectConfig;
    if (this.#hasBegun || testFiles.length === 0 || !cache) return;
    this.#hasBegun = true;
    try {
      this.#copy = callNative('copyOnHost', []);
    } catch {
      // For want of processes or memory: the files transform what they need.
      return;
    }
    if (this.#copy !== undefined) return separateRandomNumbers();
    // As in Jest's own workers.
    process.env.JEST_WORKER_ID = warmUp.workerId;
    takePid();
    // Nobody asks this one.
    this.#order.close();
    closeSync(this.#requests);
    // What is wrong with a project is said when its files are run.
    await transformAll(warmUp, testFiles, cacheIsNew).catch(() => {});
    // What follows is the fork server's program, and not a copy's.
    callNative('exitAtOnce', [0]);
  }
}

async function transformAll(
  request: RunFile,
  testFiles: string[],
  cacheIsNew: boolean,
): Promise<void> {
  const hasPrinted = takeOutput();
  const modules = await Modules.of(request, hasPrinted);
  let isFound = false;
  let inCache = 0;
  for (const file of testFiles) {
    const count = modules.transformWithRequired(file);
    // Some transformers do not let Jest find again what it has kept.
    if (count > 0 && !isFound && !modules.isFound(file)) return;
    isFound ||= count > 0;
    inCache = count === 0 ? inCache + 1 : 0;
    // What is in a new cache others have just put there.
    if ((inCache >= ENOUGH && !cacheIsNew) || hasPrinted()) return;
  }
}

/** From here on nothing is printed. Returns what says whether something would have been. */
function takeOutput(): () => boolean {
  let hasPrinted = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = () => {
      hasPrinted = true;
      return true;
    };
  }
  return () => hasPrinted;
}

/** The project's modules, as a file that runs would have them transformed. */
class Modules {
  readonly #runtime: Runtime;
  readonly #resolver: Resolver;
  readonly #transformer: Transformer;
  /** Of packages' exports. */
  readonly #conditions: string[];
  readonly #seen = new Set<string>();
  /** How many were not in Jest's cache. */
  #transformed = 0;

  private constructor(
    runtime: Runtime,
    resolver: Resolver,
    transformer: Transformer,
    conditions: string[],
    hasPrinted: () => boolean,
  ) {
    this.#conditions = conditions;
    this.#runtime = runtime;
    this.#resolver = resolver;
    this.#transformer = transformer;
    const build = transformer._buildTransformResult;
    transformer._buildTransformResult = (...args) => {
      // What the transformer has to say is said when a file runs that needs the module: it stays out of
      // the cache.
      if (hasPrinted()) throw new Error('The transformer prints');
      this.#transformed += 1;
      return build.apply(transformer, args);
    };
  }

  /** @param hasPrinted Whether anything of this process has been printed. */
  static async of(request: RunFile, hasPrinted: () => boolean): Promise<Modules> {
    const projectConfig = withGlobal(request.projectConfig as ProjectConfig, request.exposeGlobal);
    const file = { ...request, projectConfig };
    const { environment } = await makeEnvironment(file, 'node', projectConfig);
    const { runtime, resolver, transformer } = await makeRuntime(
      file,
      environment,
      coverageOf(request),
    );
    const conditions = ['require', 'default', ...(environment.exportConditions?.() ?? [])];
    return new Modules(runtime, resolver, transformer, conditions, hasPrinted);
  }

  /** Transforms a module and all that it requires. Returns how many of them were not in Jest's cache. */
  transformWithRequired(file: string): number {
    const before = this.#transformed;
    const open = [file];
    for (const each of open) open.push(...this.#transform(each));
    return this.#transformed - before;
  }

  /** Whether others will find in the cache what a test file has become. */
  isFound(testFile: string): boolean {
    const before = this.#transformed;
    const options = { ...this.#runtime._getFullTransformationOptions(), instrument: false };
    this.#transformer.transformSource(testFile, readFileSync(testFile, 'utf8'), options);
    return this.#transformed === before;
  }

  /** Returns the modules that it requires. */
  #transform(file: string): string[] {
    if (this.#seen.has(file)) return [];
    this.#seen.add(file);
    if (!CODE.test(file) || !this.#transformer.shouldTransform(file)) return [];
    if (this.#runtime.unstable_shouldLoadAsEsm(file)) return [];
    try {
      const options = this.#runtime._getFullTransformationOptions();
      const { code } = this.#transformer.transform(file, options);
      return [...code.matchAll(REQUIRED)].flatMap(([, , name = '']) => this.#resolve(file, name));
    } catch {
      // What is wrong with it is said when it is run.
      return [];
    }
  }

  #resolve(from: string, name: string): string[] {
    try {
      return [
        path.normalize(this.#resolver.resolveModule(from, name, { conditions: this.#conditions })),
      ];
    } catch {
      return [];
    }
  }
}

function coverageOf(request: RunFile): Coverage {
  const { collectCoverage, collectCoverageFrom, coverageProvider } =
    request.globalConfig as GlobalConfig;
  return { collectCoverage, collectCoverageFrom, coverageProvider, ...contextOf(request) };
}

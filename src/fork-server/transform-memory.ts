/** What Jest keeps in memory of the modules that it has transformed: its workers have it for all their files. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { RunFile } from '../channel/messages';
import { jestFrom } from '../jest/find-jest';
import type { ProjectConfig } from '../jest/types';
import { withGlobal } from '../test-process/run-test-file';

/** Jest's TransformResult. @jest/types */
interface Transformed {
  code: string;
  originalCode: string;
  sourceMapPath: string | null;
}

type Files = Map<string, Transformed>;

/** Jest's ScriptTransformer: all of the same configuration have the same memory. @jest/transform */
interface Transformer {
  _cache?: { configString: string; transformedFiles: Files };
}
type TransformerClass = new (config: ProjectConfig, texts: Map<string, string>) => Transformer;

/** A module that a copy has transformed. */
export interface TransformedModule {
  /** Of the configuration. */
  id: string;
  /** Jest's: the file, the time of its last change, and how it was transformed. */
  key: string;
  transformed: Transformed;
}

export class TransformMemory {
  readonly #Transformer: TransformerClass;
  /** What copies have handed back, by configuration. */
  readonly #handedBack = new Map<string, Files>();
  /** In a copy: Jest's own. */
  #files: Files = new Map();
  #id = '';
  #folder = '';

  private constructor(Transformer: TransformerClass) {
    this.#Transformer = Transformer;
  }

  static async of({ jestRunnerDirectory, projectConfig }: RunFile): Promise<TransformMemory> {
    const { createScriptTransformer } = jestFrom(jestRunnerDirectory).require(
      '@jest/transform',
    ) as { createScriptTransformer(config: ProjectConfig): Promise<Transformer> };
    // What makes it loads the transformers, which this one is to do without.
    const config = { ...(projectConfig as ProjectConfig), transform: [] };
    const transformer = await createScriptTransformer(config);
    return new TransformMemory(transformer.constructor as TransformerClass);
  }

  /** In a copy: Jest finds there what was handed back. */
  begin({ projectConfig, exposeGlobal }: RunFile): void {
    const config = withGlobal(projectConfig as ProjectConfig, exposeGlobal);
    const { _cache: cache } = new this.#Transformer(config, new Map());
    // An older or a later Jest may keep nothing of the kind.
    if (cache?.transformedFiles === undefined) return;
    this.#files = cache.transformedFiles;
    this.#id = createHash('sha1').update(cache.configString).digest('base64url');
    this.#folder = `${config.rootDir}${path.sep}`;
    for (const [key, transformed] of this.#handedBackOf(this.#id)) {
      this.#files.set(key, transformed);
    }
  }

  /**
   * In a copy: what its file had transformed, and nobody has handed back. Of the project only: other folders
   * may be the sandbox's own.
   */
  *collected(): Generator<TransformedModule> {
    const known = this.#handedBackOf(this.#id);
    for (const [key, transformed] of this.#files) {
      const isTransformed = transformed.code !== transformed.originalCode;
      if (isTransformed && key.startsWith(this.#folder) && !known.has(key))
        yield { id: this.#id, key, transformed };
    }
  }

  add({ id, key, transformed }: TransformedModule): void {
    this.#handedBackOf(id).set(key, transformed);
  }

  #handedBackOf(id: string): Files {
    const files = this.#handedBack.get(id) ?? new Map();
    this.#handedBack.set(id, files);
    return files;
  }
}

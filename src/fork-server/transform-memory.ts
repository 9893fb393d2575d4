/** What Jest keeps in memory of the modules that it has transformed: its workers have it for all their files. */
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

/** Jest's ScriptTransformer. @jest/transform */
interface Transformer {
  _cache?: { transformedFiles?: Map<string, Transformed> };
}

/** A module that a copy has transformed. */
export interface TransformedModule {
  /** Jest's: the file, the time of its last change, and how it was transformed. */
  key: string;
  transformed: Transformed;
}

export class TransformMemory {
  readonly #files: Map<string, Transformed>;
  #before = new Set<string>();

  private constructor(files: Map<string, Transformed>) {
    this.#files = files;
  }

  /** Undefined for a Jest that keeps nothing of the kind. */
  static async of(request: RunFile): Promise<TransformMemory | undefined> {
    const config = withGlobal(request.projectConfig as ProjectConfig, request.exposeGlobal);
    const { createScriptTransformer } = jestFrom(request.jestRunnerDirectory).require(
      '@jest/transform',
    ) as { createScriptTransformer(config: ProjectConfig): Promise<Transformer> };
    // All transformers of the same configuration have the same.
    const transformer = await createScriptTransformer(config);
    const files = transformer._cache?.transformedFiles;
    return files && new TransformMemory(files);
  }

  /** In a copy: from here on what is added was transformed for its file. */
  collect(): void {
    this.#before = new Set(this.#files.keys());
  }

  *collected(): Generator<TransformedModule> {
    for (const [key, transformed] of this.#files) {
      if (!this.#before.has(key)) yield { key, transformed };
    }
  }

  /** In a copy whose file may find other modules there, or others to be made of them. */
  forget(): void {
    this.#files.clear();
  }

  /** In the fork server: what a copy has collected. */
  add({ key, transformed }: TransformedModule): void {
    this.#files.set(key, transformed);
  }
}

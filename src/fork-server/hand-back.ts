/**
 * What a copy has transformed and compiled for its file it hands back: later copies start with it, as later
 * files of one of Jest's workers do. It is for speed only: nothing that goes wrong with it is anybody's matter.
 */
import { deserialize, serialize } from 'node:v8';
import type { RunFile } from '../channel/messages';
import type { GlobalConfig } from '../jest/types';
import { callNative } from '../native/load';
import type { CodeCache, CompiledScript } from './code-cache';
import type { TransformedModule, TransformMemory } from './transform-memory';

type HandedBack =
  | { kind: 'compiled'; script: CompiledScript }
  | { kind: 'transformed'; module: TransformedModule };

/** A process that has answered is given some time to exit: see follow.ts. */
const LONGEST_MS = 100;

export class HandBack {
  readonly #code: CodeCache;
  readonly #memory: TransformMemory;
  #testPath: string | undefined;

  constructor(code: CodeCache, memory: TransformMemory) {
    this.#code = code;
    this.#memory = memory;
  }

  /** In a copy, before its file runs. */
  begin(request: RunFile): void {
    if (!request.asProcess?.isLikeOthers) return;
    quietly(() => {
      this.take();
      this.#testPath = request.testPath;
      this.#memory.begin(request);
      if (!countsByV8(request)) this.#code.collect();
    });
  }

  /** In a copy, when its file has been answered for. */
  give(): void {
    if (this.#testPath === undefined) return;
    const end = Date.now() + LONGEST_MS;
    quietly(() => {
      // What others have given meanwhile need not be given again.
      this.take();
      for (const one of this.#collected()) {
        // Without room for it, copies do it themselves.
        if (Date.now() > end || !callNative('copyHandBack', [serialize(one)])) return;
      }
    });
  }

  /** In the fork server, and in a copy. Whether there was anything. */
  take(): boolean {
    for (let count = 0; ; count += 1) {
      const bytes = callNative('copyTakeBack', []);
      if (bytes === undefined) return count > 0;
      quietly(() => this.#add(deserialize(bytes) as HandedBack));
    }
  }

  /** Without the test file, which nobody requires. */
  *#collected(): Generator<HandedBack> {
    const own = this.#testPath;
    for (const module of this.#memory.collected()) {
      if (!module.key.startsWith(`${own}_`)) yield { kind: 'transformed', module };
    }
    for (const { filename, give } of this.#code.collected()) {
      if (filename !== own) yield { kind: 'compiled', script: give() };
    }
  }

  #add(handedBack: HandedBack): void {
    if (handedBack.kind === 'compiled') this.#code.add(handedBack.script);
    else this.#memory.add(handedBack.module);
  }
}

/** V8 counts what is run in code that was compiled for that. https://v8.dev/blog/javascript-code-coverage */
function countsByV8({ globalConfig }: RunFile): boolean {
  const { collectCoverage, coverageProvider } = globalConfig as GlobalConfig;
  const byJest = collectCoverage === true && coverageProvider === 'v8';
  return byJest || process.env.NODE_V8_COVERAGE !== undefined;
}

function quietly(run: () => void): void {
  try {
    run();
  } catch {
    // Copies do it themselves.
  }
}

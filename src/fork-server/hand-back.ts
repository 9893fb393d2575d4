/**
 * What a copy has transformed and compiled for its file it hands back: later copies start with it, as later
 * files of one of Jest's workers do. It is for speed only: nothing that goes wrong with it is anybody's matter.
 */
import { readFileSync } from 'node:fs';
import { deserialize, getHeapStatistics, serialize } from 'node:v8';
import type { RunFile } from '../channel/messages';
import type { GlobalConfig } from '../jest/types';
import { callNative } from '../native/load';
import type { CodeCache, CompiledScript } from './code-cache';
import type { TransformedModule, TransformMemory } from './transform-memory';

type HandedBack =
  | { kind: 'compiled'; script: CompiledScript }
  | { kind: 'transformed'; module: TransformedModule };

/** For each, in a copy: a process that has answered is given some time to exit, and a file is to begin. */
const LONGEST_MS = 100;
/** Of the heap that V8 may have: the rest is for the file. */
const MOST_OF_HEAP = 0.5;

export class HandBack {
  readonly #code: CodeCache;
  readonly #memory: TransformMemory | undefined;
  #testPath: string | undefined;
  #mounts = '';

  constructor(code: CodeCache, memory: TransformMemory | undefined) {
    this.#code = code;
    this.#memory = memory;
  }

  /** In a copy, before its file runs. */
  begin(request: RunFile): void {
    if (!request.asProcess?.isLikeOthers) return;
    quietly(() => {
      this.take(Date.now() + LONGEST_MS);
      this.#testPath = request.testPath;
      this.#mounts = mounts();
      this.#memory?.begin(request);
      if (!countsByV8(request)) this.#code.collect();
    });
  }

  /** In a copy, when its file has been answered for. */
  give(): void {
    if (this.#testPath === undefined) return;
    const end = Date.now() + LONGEST_MS;
    quietly(() => {
      // A test may have put another module in the place of one.
      if (mounts() !== this.#mounts) return;
      for (const give of this.#collected()) {
        // What others have given meanwhile need not be given again.
        this.take(end);
        // Without room for it, copies do it themselves.
        if (Date.now() > end || !callNative('copyHandBack', [serialize(give())])) return;
      }
    });
  }

  /**
   * In the fork server, and in a copy. Whether there was anything.
   *
   * @param end When to leave the rest.
   */
  take(end = Number.POSITIVE_INFINITY): boolean {
    let count = 0;
    while (Date.now() <= end && !isHeapTaken()) {
      const bytes = callNative('copyTakeBack', []);
      if (bytes === undefined) break;
      quietly(() => this.#add(deserialize(bytes) as HandedBack));
      count += 1;
    }
    return count > 0;
  }

  /** What makes each, but for that of the test file, which nobody requires. */
  *#collected(): Generator<() => HandedBack> {
    const own = this.#testPath;
    for (const module of this.#memory?.collected() ?? []) {
      if (!module.key.startsWith(`${own}_`)) yield () => ({ kind: 'transformed', module });
    }
    for (const { filename, give } of this.#code.collected()) {
      if (filename !== own) yield () => ({ kind: 'compiled', script: give() });
    }
  }

  #add(handedBack: HandedBack): void {
    if (handedBack.kind === 'compiled') this.#code.add(handedBack.script);
    else this.#memory?.add(handedBack.module);
  }
}

/** V8 counts what is run in code that was compiled for that. https://v8.dev/blog/javascript-code-coverage */
function countsByV8({ globalConfig }: RunFile): boolean {
  const { collectCoverage, coverageProvider } = globalConfig as GlobalConfig;
  const byJest = collectCoverage === true && coverageProvider === 'v8';
  return byJest || process.env.NODE_V8_COVERAGE !== undefined;
}

function mounts(): string {
  return readFileSync('/proc/self/mountinfo', 'utf8');
}

function isHeapTaken(): boolean {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used > limit * MOST_OF_HEAP;
}

function quietly(run: () => void): void {
  try {
    run();
  } catch {
    // Copies do it themselves.
  }
}

/**
 * What a copy has transformed and compiled for its file it hands back: later copies start with it, as later
 * files of one of Jest's workers do.
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

export class HandBack {
  readonly #code: CodeCache;
  readonly #memory: TransformMemory | undefined;
  #testPath: string | undefined;

  constructor(code: CodeCache, memory: TransformMemory | undefined) {
    this.#code = code;
    this.#memory = memory;
  }

  /** In a copy, before its file runs. */
  begin({ testPath, globalConfig, asProcess }: RunFile): void {
    if (!asProcess?.isLikeOthers) {
      this.#memory?.forget();
      return;
    }
    this.take();
    this.#testPath = testPath;
    this.#memory?.collect();
    // V8 counts what is run in code that was compiled for that. https://v8.dev/blog/javascript-code-coverage
    const { collectCoverage, coverageProvider } = globalConfig as GlobalConfig;
    const counts = collectCoverage && coverageProvider === 'v8';
    if (!counts && process.env.NODE_V8_COVERAGE === undefined) this.#code.collect();
  }

  /** In a copy, when its file has run. It may have been dear, and the next file begins with the answer. */
  giveTransformed(): void {
    const own = this.#testPath;
    if (own === undefined) return;
    for (const module of this.#memory?.collected() ?? []) {
      // Nobody requires a test file.
      if (!module.key.startsWith(`${own}_`)) give({ kind: 'transformed', module });
    }
  }

  /** In a copy, when its file has been answered for. */
  giveCompiled(): void {
    const own = this.#testPath;
    if (own === undefined) return;
    for (const script of this.#code.collected()) {
      if (script.filename !== own) give({ kind: 'compiled', script });
    }
  }

  /** In the fork server, and in a copy before its file runs. Whether there was anything. */
  take(): boolean {
    let count = 0;
    for (; ; count += 1) {
      const bytes = callNative('copyTakeBack', []);
      if (bytes === undefined) return count > 0;
      const handedBack = deserialize(bytes) as HandedBack;
      if (handedBack.kind === 'compiled') this.#code.add(handedBack.script);
      else this.#memory?.add(handedBack.module);
    }
  }
}

function give(what: HandedBack): void {
  // Without room for it, copies do it themselves.
  callNative('copyHandBack', [serialize(what)]);
}

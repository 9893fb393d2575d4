/** V8's code of the modules that every test process loads, Jest's own above all, kept from one to the next. */
import * as nodeModule from 'node:module';
import path from 'node:path';
import type { RunFile } from '../channel/messages';
import type { ProjectConfig } from '../jest/types';

/** From Node 22.1 on. https://nodejs.org/api/module.html#moduleenablecompilecachecachedir */
const { enableCompileCache, flushCompileCache } = nodeModule as {
  enableCompileCache?(folder: string): unknown;
  flushCompileCache?(): void;
};

/** Node tells its versions, flags and users apart. A folder that cannot be used is told by no error. */
export function keepCompiledCode({ projectConfig }: RunFile): void {
  const { cacheDirectory } = projectConfig as ProjectConfig;
  enableCompileCache?.(path.join(cacheDirectory, 'ns-jest-compile-cache'));
}

/** For who does not exit as Node does, which keeps it then. From Node 22.10 on. */
export function flushCompiledCode(): void {
  flushCompileCache?.();
}

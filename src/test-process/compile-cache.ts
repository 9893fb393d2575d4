/** V8's code of the modules that every test process loads, Jest's own above all, kept from one to the next. */
import * as nodeModule from 'node:module';
import path from 'node:path';
import type { RunFile } from '../channel/messages';
import type { ProjectConfig } from '../jest/types';
import { ModuleCode } from './module-code';

/** Of Node 22 and later. https://nodejs.org/api/module.html#module-compile-cache */
interface CompileCache {
  enableCompileCache(folder: string): unknown;
  flushCompileCache(): void;
}

/**
 * From here on code is taken from Jest's cache. A folder that cannot be used is told by no error.
 *
 * @returns What keeps the code that was new, to be called once all is loaded.
 */
export function keepCompiledCode({ projectConfig }: RunFile): () => void {
  const { cacheDirectory, rootDir } = projectConfig as ProjectConfig;
  const folder = path.join(cacheDirectory, 'ns-jest-compile-cache');
  const { enableCompileCache, flushCompileCache } = nodeModule as Partial<CompileCache>;
  if (enableCompileCache && flushCompileCache) {
    enableCompileCache(folder);
    return flushCompileCache;
  }
  const code = new ModuleCode(folder, rootDir);
  const uninstall = code.install();
  return () => {
    uninstall();
    code.save();
  };
}

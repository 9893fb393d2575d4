/** The project that the doctor was called in, and its Jest. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { SandboxError } from '../../errors/sandbox-error';
import type { GlobalConfig, ProjectConfig } from '../../jest/types';

export interface Configured {
  globalConfig: GlobalConfig;
  projectConfig: ProjectConfig;
}

/** As Jest itself reads it here; without a configuration, Jest's defaults. */
export async function readConfig(rootDir: string): Promise<Configured> {
  const { readConfig } = jestConfigOf(rootDir);
  const argv = { $0: 'jest', _: [] };
  try {
    return await readConfig(argv, rootDir);
  } catch (error) {
    if (!/Could not find a config file/.test((error as Error).message)) throw error;
    return readConfig({ ...argv, config: '{}' }, rootDir);
  }
}

interface JestConfig {
  readConfig(argv: object, rootDir: string): Promise<Configured>;
}

/** jest-config is Jest's, and need not be to be found from the project. */
function jestConfigOf(rootDir: string): JestConfig {
  const chain = ['jest', 'jest-cli'];
  let from = path.join(rootDir, 'package.json');
  try {
    for (const name of chain) from = createRequire(from).resolve(`${name}/package.json`);
    return createRequire(from)('jest-config') as JestConfig;
  } catch {
    throw new SandboxError('There is no Jest in this folder, to be warm with', {
      fix: 'Run this in a project that has Jest installed.',
    });
  }
}

import { existsSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { GlobalConfig, ProjectConfig } from '../../jest/types';
import { binaryPath } from '../../native/load';
import type { NeededPaths } from './kept-paths';

/** The folder of this package: dist/ and the binaries lie in it. */
const PACKAGE_DIRECTORY = path.resolve(__dirname, '..', '..', '..');

/** What a sandbox without a test file keeps: this package, Node and the working directory. */
export function ownPaths(): string[] {
  return [
    process.cwd(),
    process.execPath,
    PACKAGE_DIRECTORY,
    path.dirname(binaryPath('ns-init')),
    '/etc/resolv.conf',
  ];
}

/** Found once per project of a run: a tree of packages has thousands of links to follow. */
const found = new WeakMap<ProjectConfig, NeededPaths>();

/**
 * Every path that Jest needs to run files of this project: its roots, cache, configuration, modules,
 * Node itself and this package. Which of them are covered, and so must be kept, is decided later.
 *
 * What the sandbox's own options name is not among them: a bind mount is to be seen at its target only.
 *
 * @param modules Folders of Jest's own packages that the test process loads, and the base environment.
 */
export function neededPaths(
  globalConfig: GlobalConfig,
  projectConfig: ProjectConfig,
  modules: string[],
): NeededPaths {
  const known = found.get(projectConfig);
  if (known) return known;
  const needed = findNeededPaths(globalConfig, projectConfig, modules);
  found.set(projectConfig, needed);
  return needed;
}

function findNeededPaths(
  globalConfig: GlobalConfig,
  projectConfig: ProjectConfig,
  modules: string[],
): NeededPaths {
  const folders = [
    projectConfig.rootDir,
    projectConfig.cacheDirectory,
    PACKAGE_DIRECTORY,
    path.dirname(binaryPath('ns-init')),
  ];
  return {
    folders,
    written: [projectConfig.rootDir, ...projectConfig.roots, projectConfig.cacheDirectory],
    others: [
      ...modules,
      ...[...folders, ...modules].flatMap(nodeModulesAbove),
      ...linkedPackages(projectConfig.rootDir),
      ...absolutePathsIn({ ...projectConfig, testEnvironmentOptions: undefined }),
      ...absolutePathsIn(globalConfig),
      process.cwd(),
      process.execPath,
      ...filesOfNode(),
      // With the host's network, name resolution reads a file that systemd keeps in /run.
      '/etc/resolv.conf',
    ],
  };
}

/** What Node opens by itself, before Jest: modules to preload, certificates. node(1) */
function filesOfNode(): string[] {
  const { NODE_OPTIONS = '', NODE_EXTRA_CA_CERTS = '' } = process.env;
  return [...NODE_OPTIONS.split(/\s+/), ...process.execArgv, NODE_EXTRA_CA_CERTS]
    .map((word) => word.replace(/^--[\w-]+=/, ''))
    .filter((word) => path.isAbsolute(word));
}

/** node_modules of a folder and of every folder above it: where Node looks. */
function nodeModulesAbove(folder: string): string[] {
  const parent = path.dirname(folder);
  const own = path.join(folder, 'node_modules');
  return parent === folder ? [own] : [own, ...nodeModulesAbove(parent)];
}

/** Where the links of a project's node_modules lead, as workspaces and `npm link` make them. */
function linkedPackages(rootDir: string): string[] {
  return nodeModulesAbove(rootDir)
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [folder, ...scopesOf(folder)])
    .flatMap((folder) =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isSymbolicLink())
        .map((entry) => path.join(folder, entry.name)),
    )
    .filter((link) => existsSync(link))
    .map((link) => realpathSync(link));
}

function scopesOf(nodeModules: string): string[] {
  return readdirSync(nodeModules)
    .filter((name) => name.startsWith('@'))
    .map((name) => path.join(nodeModules, name));
}

/** Any string of a configuration that is an absolute path: roots, set-up files, reporters, cache, ... */
function absolutePathsIn(value: unknown): string[] {
  if (typeof value === 'string') return path.isAbsolute(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .filter(([key]) => !isForPatterns(key))
    .flatMap(([, item]) => absolutePathsIn(item));
}

/** testPathIgnorePatterns, testRegex, ...: "/usr/" there is no path that anything opens. */
function isForPatterns(key: string): boolean {
  return /(Patterns?|Regex)$/.test(key);
}

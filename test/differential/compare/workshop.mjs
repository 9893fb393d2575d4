/** The place where a project's copies run, one after the other, all at the same path. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FIXTURE_FILE } from './fixture.mjs';

const PACKAGE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/**
 * @param folder The project.
 * @param install Where its dependencies are installed, ns-jest among them. Without: in the project.
 */
export function openWorkshop(folder, install) {
  const name = path.basename(folder);
  // Beside the project, so that what it resolves from above is found from there.
  const parent = install ?? path.dirname(folder);
  const directory = mkdtempSync(path.join(parent, `compare-${name}-`));
  const project = path.join(directory, name);
  if (!install) copyPackage(path.join(directory, 'ns-jest'));
  return {
    directory,
    project,
    cache: path.join(directory, 'cache'),
    bin: path.join(directory, 'bin'),
    /** Where a step's results are written. */
    result: path.join(directory, 'result.json'),
    /** Where a byte is written for each sandbox that is opened. */
    sandboxes: path.join(directory, 'sandboxes'),

    /** The project as it was, with ns-jest installed, and nothing cached. */
    reset() {
      for (const old of [project, this.cache, this.bin])
        rmSync(old, { recursive: true, force: true });
      for (const fresh of [project, this.bin]) mkdirSync(fresh);
      copyProject(folder, project);
      if (!install) {
        cpSync(path.join(directory, 'ns-jest'), path.join(project, 'node_modules', 'ns-jest'), {
          recursive: true,
        });
      }
    },

    /** The major version of the Jest that the project would run. */
    jestVersion() {
      return jestOf(project).version.split('.')[0];
    },

    /** Its program. */
    jestProgram() {
      const { directory: jest, bin } = jestOf(project);
      return path.join(jest, typeof bin === 'string' ? bin : bin.jest);
    },

    remove() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What the manifest of a project's Jest says, and where that lies. */
function jestOf(project) {
  const require = createRequire(path.join(project, 'package.json'));
  const manifest = require.resolve('jest/package.json');
  return { ...require(manifest), directory: path.dirname(manifest) };
}

function copyProject(from, to) {
  for (const entry of readdirSync(from).filter((name) => name !== FIXTURE_FILE)) {
    // Nobody writes into installed files in place, and there are many: hard links.
    const how = entry === 'node_modules' ? '-al' : '-a';
    execFileSync('cp', [how, path.join(from, entry), to]);
  }
}

/** This package, as `npm install` would place it. */
export function copyPackage(target) {
  const { files } = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'));
  for (const file of ['package.json', ...files]) {
    const source = path.join(PACKAGE, file);
    if (existsSync(source)) cpSync(source, path.join(target, file), { recursive: true });
  }
  countSandboxes(path.join(target, 'prebuilds', `linux-${process.arch}`));
}

/** Whatever starts ns-init there leaves a byte, where one is asked for. */
function countSandboxes(directory) {
  const init = path.join(directory, 'ns-init');
  renameSync(init, `${init}.binary`);
  writeFileSync(
    init,
    `#!/bin/sh
if [ -n "$COMPARE_SANDBOXES" ]; then printf . >>"$COMPARE_SANDBOXES"; fi
exec "$0.binary" "$@"
`,
    { mode: 0o755 },
  );
}

/** A project's own suite, by its own Jest and configuration, beside the same in sandboxes. */
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './support/project.mjs';

/** What the preset says, in words of the command line, which go before any configuration. */
function sandboxed(folder) {
  const installed = path.join(folder, 'node_modules', 'ns-jest');
  // Outside of node_modules it would be transformed as the project's own code is.
  const ours = existsSync(installed) ? realpathSync(installed) : ROOT;
  console.log(`ns-jest of ${ours}`);
  return [
    `--runner=${path.join(ours, 'dist', 'runner', 'index.js')}`,
    `--env=${path.join(ours, 'dist', 'index.js')}`,
    `--testEnvironmentOptions=${JSON.stringify({ launch: 'fork' })}`,
  ];
}

/** @param args Those of Jest, such as files to leave out. */
export function projectRow(folder, args) {
  const jest = [process.execPath, path.join(folder, 'node_modules', 'jest', 'bin', 'jest.js')];
  return {
    name: path.basename(folder),
    limits: { goal: 1.05, floor: 1.2 },
    figures: ['wall', 'cpu'],
    cases: () => [
      {
        title: ['jest', ...args].join(' '),
        folder,
        commands: () => [
          { name: 'plain Jest', command: [...jest, ...args] },
          {
            name: 'preset, fork',
            judged: true,
            env: { NS_JEST_LAUNCH: 'auto' },
            command: [...jest, ...sandboxed(folder), ...args],
          },
        ],
      },
    ],
  };
}

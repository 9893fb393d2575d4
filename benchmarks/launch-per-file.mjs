/** What one would do without this package: each file by a Jest of its own, in namespaces made by a command. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { cacheOf } from './support/project.mjs';

const LAUNCHERS = [
  'unshare --user --map-root-user --mount --pid --fork --mount-proc --net --ipc --uts --cgroup --',
  'bwrap --unshare-user --unshare-all --bind / / --proc /proc --dev /dev --',
];

/** @returns A command for each launcher that is installed. */
export function launchPerFile(folder, atOnce) {
  return LAUNCHERS.map((line) => line.split(' ')).flatMap(([program, ...args]) => {
    if (!isInstalled(program)) {
      console.log(`${program} is not installed, and not compared`);
      return [];
    }
    const config = JSON.stringify({ rootDir: folder, cacheDirectory: cacheOf(folder) });
    return {
      name: `${program} + npx jest FILE`,
      judged: true,
      // Inside there is no network to look for news of npm in.
      env: { npm_config_update_notifier: 'false' },
      command: [
        ...['sh', '-c', `ls | grep test.js | xargs -n 1 -P ${atOnce} "$@"`, 'sh'],
        ...[program, ...args, 'npx', 'jest', '--silent', '--config', config],
      ],
    };
  });
}

function isInstalled(program) {
  return process.env.PATH.split(':').some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

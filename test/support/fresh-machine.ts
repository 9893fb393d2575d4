/** A minimal Debian as a machine of its own: no compiler, no build tools, an unprivileged user. */
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Started, start } from './ns-init';
import { MINIMAL_DEBIAN, nodeOf } from './packed';

const USER = 1000;
const NODE = '/opt/node';
const HOME = '/home/user';

export class FreshMachine {
  /** The user's home, as it is seen from here. */
  readonly home = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-test-'));
  /** Files of the host that it has, too, by where they are in it. */
  private readonly files: Record<string, string> = {
    [`${NODE}/bin/node`]: nodeOf(process.arch as 'x64'),
    [`${NODE}/lib/npm`]: path.join(npm('root', '--global'), 'npm'),
  };

  constructor() {
    // The way to the registry is this machine's.
    const configs = [npm('config', 'get', 'globalconfig'), npm('config', 'get', 'userconfig')];
    const lines = configs
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, 'utf8'));
    const certificates = npm('config', 'get', 'cafile');
    if (existsSync(certificates)) lines.push(`cafile=${this.add(certificates)}`);
    this.write('.npmrc', lines.join('\n'));
    this.files['/etc/resolv.conf'] = '/etc/resolv.conf';
    if (process.getuid?.() === 0) chownSync(this.home, USER, USER);
  }

  write(name: string, text: string): void {
    writeFileSync(path.join(this.home, name), text);
  }

  /** Gives it a file of the host. Returns where it is. */
  add(file: string): string {
    const inside = path.join('/mnt', path.basename(file));
    this.files[inside] = file;
    return inside;
  }

  /** A line of shell, run by the user in his home. */
  run(line: string): Promise<Started> {
    const isRoot = process.getuid?.() === 0;
    const ids = isRoot
      ? ['--uid-map=0:0:4294967295', '--gid-map=0:0:4294967295', '--clear-groups']
      : [
          `--uid-map=${USER}:${process.getuid?.()}:1`,
          `--gid-map=${USER}:${process.getgid?.()}:1`,
          '--deny-setgroups',
        ];
    const machine = [
      '--unshare=user,mount,pid,ipc,uts',
      ...ids,
      ...[`--uid=${USER}`, `--gid=${USER}`, '--cap-drop=ALL'],
      ...['--root=layers', `--layer=${MINIMAL_DEBIAN}`, '--root-data=mode=755'],
      ...['--proc', '--dev', '--hostname=fresh', '--ro-bind=/sys', '--onto=/sys'],
      ...['/tmp', '/home', '/opt', '/mnt'].map((folder) => `--tmpfs=${folder}`),
      ...[`--bind=${this.home}`, `--onto=${HOME}`],
      ...Object.entries(this.files).flatMap(([inside, outside]) => [
        ...[`--ro-bind=${outside}`, `--onto=${inside}`],
      ]),
      ...['npm', 'npx'].flatMap((name) => [
        ...['--mount=symlink', `--from=../lib/npm/bin/${name}-cli.js`],
        `--onto=${NODE}/bin/${name}`,
      ]),
      `--chdir=${HOME}`,
    ];
    const environment = [
      ...[`HOME=${HOME}`, `PATH=${NODE}/bin:/usr/bin:/bin`, 'FORCE_COLOR=0'],
      ...Object.entries(process.env)
        .filter(([name]) => /^(npm_config_registry|(https?|no)_proxy)$/i.test(name))
        .map(([name, value]) => `${name}=${value}`),
    ];
    return start(machine, ['/usr/bin/env', '-i', ...environment, '/bin/sh', '-c', line]).ended;
  }

  remove(): void {
    rmSync(this.home, { recursive: true });
  }
}

function npm(...words: string[]): string {
  return execFileSync('npm', words, { encoding: 'utf8' }).trim();
}

import path from 'node:path';
import { parseMountinfo } from '../helpers/parse-mountinfo';
import type { AgentFiles } from './files';

/** One line of /proc/PID/cgroup. cgroups(7) */
export interface CgroupMembership {
  /** 0 for version 2. */
  hierarchy: number;
  /** Empty for version 2. */
  controllers: string[];
  /** As the reader's cgroup namespace shows it. */
  path: string;
}

/** Control groups, by their directories. Everything else about them is files: `agent.fs`. */
export class AgentCgroup {
  constructor(private readonly files: AgentFiles) {}

  /** The groups that a process is in, one for each hierarchy. */
  own(pid: number | 'self' = 'self'): CgroupMembership[] {
    return parseCgroups(this.files.readFile(`/proc/${pid}/cgroup`));
  }

  /**
   * The directory of the agent's own group: of version 2, or of a controller of version 1. Undefined
   * where that is not mounted.
   */
  directory(controller?: string): string | undefined {
    const own = this.own().find(({ hierarchy, controllers }) =>
      controller === undefined ? hierarchy === 0 : controllers.includes(controller),
    );
    if (own === undefined) return undefined;
    const mounts = parseMountinfo(this.files.readFile('/proc/self/mountinfo')).filter(
      ({ type, superOptions }) =>
        controller === undefined
          ? type === 'cgroup2'
          : type === 'cgroup' && superOptions.includes(controller),
    );
    // Another mount may cover one, as the fresh /sys of a sandbox does.
    return mounts
      .map(({ target, root }) => path.join(target, path.relative(root, own.path)))
      .find((directory) => this.files.exists(directory));
  }

  make(directory: string): string {
    this.files.mkdir(directory);
    return directory;
  }

  /** EBUSY while somebody is in it. */
  remove(directory: string): void {
    this.files.rmdir(directory);
  }

  /** Moves a process in; 0 is the agent itself. */
  add(directory: string, pid = 0): void {
    this.set(directory, 'cgroup.procs', pid);
  }

  procs(directory: string): number[] {
    return this.get(directory, 'cgroup.procs').split('\n').filter(Boolean).map(Number);
  }

  get(directory: string, file: string): string {
    return this.files.readFile(path.join(directory, file));
  }

  set(directory: string, file: string, value: string | number): void {
    this.files.writeFile(path.join(directory, file), String(value), { flags: 'O_WRONLY' });
  }

  /** Ends every member with SIGKILL. Version 2. */
  kill(directory: string): void {
    this.set(directory, 'cgroup.kill', 1);
  }

  /** Version 2; `events().frozen` tells when it has happened. */
  freeze(directory: string, frozen = true): void {
    this.set(directory, 'cgroup.freeze', frozen ? 1 : 0);
  }

  /** `populated` and `frozen`. Version 2. */
  events(directory: string): Record<string, number> {
    const lines = this.get(directory, 'cgroup.events').split('\n').filter(Boolean);
    return Object.fromEntries(lines.map((line) => line.split(' ')).map(([k, v]) => [k, Number(v)]));
  }
}

export function parseCgroups(text: string): CgroupMembership[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [, hierarchy, controllers = '', own = ''] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
      return {
        hierarchy: Number(hierarchy),
        controllers: controllers.split(',').filter(Boolean),
        path: own,
      };
    });
}

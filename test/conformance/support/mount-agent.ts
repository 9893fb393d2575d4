import { type Agent, type AgentOptions, type MountPropagation, ns } from 'ns-jest';

/** What mount_namespaces(7) calls the propagation types; a shared slave is shared and a slave. */
export type Kind = 'shared' | 'private' | 'slave' | 'unbindable' | 'shared slave';

export const KINDS: Kind[] = ['shared', 'private', 'slave', 'shared slave', 'unbindable'];

/** Whether a mount of that kind has peers to tell of what is mounted below it. */
export function isShared(kind: Kind): boolean {
  return kind === 'shared' || kind === 'shared slave';
}

const FLAG = {
  shared: 'MS_SHARED',
  private: 'MS_PRIVATE',
  slave: 'MS_SLAVE',
  unbindable: 'MS_UNBINDABLE',
} as const;

/** An agent in a mount namespace of its own where everything is private, in an empty tmpfs over /tmp. */
export function mounter(options: AgentOptions = {}): Agent {
  const agent = ns.agent({ ...options, unshare: ['mount', ...(options.unshare ?? [])] });
  agent.mounts.propagation('/', ['MS_REC', 'MS_PRIVATE']);
  tmpfs(agent, '/tmp');
  agent.fs.chdir('/tmp');
  return agent;
}

/** An empty private tmpfs on a directory that is made if need be. */
export function tmpfs(agent: Agent, target: string, data: string | null = null): void {
  directory(agent, target);
  agent.mounts.mount({ source: 'scratch', target, type: 'tmpfs', data });
  agent.mounts.propagation(target, 'MS_PRIVATE');
}

export function directory(agent: Agent, ...paths: string[]): void {
  for (const path of paths) if (!agent.fs.exists(path)) agent.fs.mkdir(path);
}

/** A tmpfs of this kind; the master of a slave is mounted beside it, at `${target}-master`. */
export function mountOfKind(agent: Agent, kind: Kind, target: string): void {
  if (kind !== 'slave' && kind !== 'shared slave') {
    tmpfs(agent, target);
    agent.mounts.propagation(target, FLAG[kind]);
    return;
  }
  mountOfKind(agent, 'shared', `${target}-master`);
  directory(agent, target);
  agent.mounts.bind(`${target}-master`, target);
  agent.mounts.propagation(target, 'MS_SLAVE');
  if (kind === 'shared slave') agent.mounts.propagation(target, 'MS_SHARED');
}

/** Another place of the same mount; a peer if it is shared. */
export function bindBeside(agent: Agent, source: string, target: string): void {
  directory(agent, target);
  agent.mounts.bind(source, target);
}

export function isMounted(agent: Agent, target: string): boolean {
  return agent.mounts.get(target) !== undefined;
}

export function propagationOf(agent: Agent, target: string): MountPropagation {
  const mount = agent.mounts.get(target);
  if (mount === undefined) throw new Error(`Nothing is mounted on ${target}`);
  return mount.propagation;
}

export function kindOf({ shared, master, unbindable }: MountPropagation): Kind {
  if (unbindable) return 'unbindable';
  if (shared !== undefined) return master === undefined ? 'shared' : 'shared slave';
  return master === undefined ? 'private' : 'slave';
}

/** Whether a mount made on a directory of one place arrives at another; it is taken away again. */
export function passesOn(from: Agent, source: string, to: Agent, target: string): boolean {
  const name = 'probe';
  directory(from, `${source}/${name}`);
  from.mounts.mount({ source: 'probe', target: `${source}/${name}`, type: 'tmpfs' });
  try {
    return isMounted(to, `${target}/${name}`);
  } finally {
    from.mounts.umount(`${source}/${name}`);
  }
}

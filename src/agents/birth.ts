import fs from 'node:fs';
import type { NamespaceName } from '../namespaces';
import type { Agent } from './agent';
import { CLONE, NAMESPACE_FLAGS } from './constants/clone';
import { flagsOf, namesOf } from './constants/flags';
import { identityMap, mapText } from './id-maps';
import { namespaceFile } from './namespaces';
import { type AgentOptions, type JoinRequest, namespaceFlags } from './options';
import { signalNumber } from './signals';

// How an agent comes to be what its options say: joined, cloned, mapped.

/** A nested agent of the maker. */
export function bear(maker: Agent, options: AgentOptions): Agent {
  const { join, unshare = [], via = 'clone' } = options;
  const joins = join === undefined ? [] : Array.isArray(join) ? join : [join as JoinRequest];
  if (joins.length === 0 && via === 'clone') return cloneInto(maker, options, unshare);

  // Who joins or unshares these two stays outside: only children are in. setns(2), unshare(2)
  const isForChild = joins.length > 0 || unshare.some((name) => name === 'pid' || name === 'time');
  // A process of its own joins and unshares; the maker stays where it is.
  const agent = cloneInto(maker, isForChild ? { timeLimit: options.timeLimit } : options, []);
  try {
    for (const request of joins) enter(agent, request);
    if (via === 'clone' && unshare.length > 0) {
      return cloneInto(agent, options, unshare).takeAlong(agent);
    }
    if (unshare.length > 0) unshareAndMap(agent, options, unshare);
    return isForChild ? cloneInto(agent, options, []).takeAlong(agent) : agent;
  } catch (error) {
    agent.end();
    throw error;
  }
}

const OF_ONE_PROCESS = ['CLONE_VM', 'CLONE_VFORK', 'CLONE_FILES'];

type Given<Options> = { [Name in keyof Options]?: Options[Name] | undefined };

function cloneInto(
  maker: Agent,
  options: Given<AgentOptions>,
  fresh: readonly NamespaceName[],
): Agent {
  const { setTid = [], cgroup, exitSignal = 'SIGCHLD', flags = 0, dieWithParent = true } = options;
  const wanted = checkFlags(flags);
  const cgroupFd = cgroup === undefined ? -1 : maker.fs.open(cgroup, ['O_RDONLY', 'O_DIRECTORY']);
  try {
    const agent = maker.cloneCore({
      flags: wanted | BigInt(namespaceFlags(fresh)),
      exitSignal: exitSignal === 0 ? 0 : signalNumber(exitSignal),
      setTid,
      cgroup: cgroupFd,
      dieWithParent,
    });
    try {
      if (options.timeLimit !== undefined) agent.timeLimit = options.timeLimit;
      if (fresh.includes('user')) writeMaps(maker, agent, options);
      if (options.noNewPrivileges) agent.user.setNoNewPrivileges();
      return agent;
    } catch (error) {
      agent.end();
      throw error;
    }
  } finally {
    if (cgroupFd !== -1) maker.fs.release(cgroupFd);
  }
}

/** Whatever else of clone(2) a test wants to see, but for what would break the agent itself. */
function checkFlags(flags: NonNullable<AgentOptions['flags']>): bigint {
  const wanted = BigInt(flagsOf(CLONE, flags));
  const shared = namesOf(CLONE, wanted).filter((name) => OF_ONE_PROCESS.includes(name));
  if (shared.length === 0) return wanted;
  throw new TypeError(
    `An agent has memory, descriptors and a life apart from its maker's, so it cannot be made with ${shared.join(', ')}`,
  );
}

/** unshare(2) of all at once; a helper of the old namespace writes the maps, as unshare(1) does. */
function unshareAndMap(agent: Agent, options: AgentOptions, fresh: readonly NamespaceName[]): void {
  if (!fresh.includes('user')) {
    agent.unshare(fresh);
    return;
  }
  const writer = agent.clone();
  try {
    agent.unshare(fresh);
    writeMaps(writer, agent, options);
  } finally {
    writer.end();
  }
}

/**
 * The maps of `agent`'s user namespace, written by an agent of the parent namespace. It reaches the files
 * through a descriptor, not a path: its own /proc may show another PID namespace.
 */
function writeMaps(writer: Agent, agent: Agent, options: Given<AgentOptions>): void {
  const defaults = options.uidMap === null ? {} : defaultMaps(writer);
  const { uidMap, gidMap, setgroups }: MapOptions = { ...defaults, ...given(options) };
  const directory = agent.passDescriptor(
    agent.fs.open('/proc/self', ['O_PATH', 'O_DIRECTORY']),
    writer,
  );
  const write = (file: string, text: string) => {
    const fd = writer.syscall('openat', directory, file, 1, 0);
    try {
      writer.fs.write(fd, text, { path: `/proc/PID/${file}` });
    } finally {
      writer.fs.release(fd);
    }
  };
  try {
    if (setgroups !== undefined) write('setgroups', setgroups);
    if (uidMap) write('uid_map', mapText(uidMap));
    if (gidMap) write('gid_map', mapText(gidMap));
  } finally {
    writer.fs.release(directory);
  }
}

type MapOptions = Pick<AgentOptions, 'uidMap' | 'gidMap' | 'setgroups'>;

function given({ uidMap, gidMap, setgroups }: Given<AgentOptions>): MapOptions {
  return {
    ...(uidMap !== undefined && { uidMap }),
    ...(gidMap !== undefined && { gidMap }),
    ...(setgroups !== undefined && { setgroups }),
  };
}

/** user_namespaces(7): with the capabilities every id may be mapped on, without them only the own one. */
function defaultMaps(writer: Agent): MapOptions {
  const { effective } = writer.user.capabilities();
  const maps = writer.user.maps();
  const mapsAll =
    effective.includes('CAP_SETUID') &&
    effective.includes('CAP_SETGID') &&
    maps.setgroups !== 'deny';
  if (mapsAll) return { uidMap: identityMap(maps.uid), gidMap: identityMap(maps.gid) };
  const uid = writer.user.uids().effective;
  const gid = writer.user.gids().effective;
  return {
    uidMap: [{ inside: 0, outside: uid, count: 1 }],
    gidMap: [{ inside: 0, outside: gid, count: 1 }],
    setgroups: 'deny',
  };
}

/** Enters namespaces. Opens all before it enters any: afterwards it may not. */
function enter(agent: Agent, request: JoinRequest): void {
  const { namespaces, pid, path, fd } = request;
  const of = (request.agent as Agent | undefined) ?? undefined;
  if (path !== undefined || fd !== undefined) {
    const own = path !== undefined ? agent.fs.open(path) : agent.receiveDescriptor(fd as number);
    // With a pidfd the flags say which namespaces; with a namespace's own they may be 0.
    agent.syscall('setns', own, namespaceFlags(namespaces ?? []));
    agent.fs.close(own);
    return;
  }
  if (namespaces === undefined || (pid === undefined && of === undefined)) {
    throw new TypeError(
      'Expected the option "join" to name "namespaces" of an "agent" or a "pid", or a "path" or "fd"',
    );
  }
  const opened = namespaces.map((name) => {
    if (of !== undefined) return of.passDescriptor(of.namespaces.open(name), agent);
    const file = fs.openSync(`/proc/${pid}/ns/${namespaceFile(name)}`, 'r');
    try {
      return agent.receiveDescriptor(file);
    } finally {
      fs.closeSync(file);
    }
  });
  for (const [index, name] of namespaces.entries()) {
    agent.syscall('setns', opened[index], NAMESPACE_FLAGS[name]);
  }
  for (const descriptor of opened) agent.fs.close(descriptor);
}

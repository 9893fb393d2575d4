/** Namespaces that exist already, and are joined instead of made. */
import { statfsSync, statSync } from 'node:fs';
import { SandboxError } from '../../errors/sandbox-error';
import { NAMESPACES, type NamespaceName } from '../../namespaces';
import { checkAbsolutePath, checkInteger, checkKeys, wrongOption } from '../check';

/** One of the three says which. setns(2) */
export interface NamespaceToJoin {
  /** A file of /proc/PID/ns, or one bound elsewhere, such as /run/netns/NAME of ip-netns(8). */
  path?: string;
  /** A process that is in it. */
  pid?: number;
  /** A descriptor of Jest's own process that is open on it. */
  fd?: number;
}

/** A namespace to join, where its file is, and which it is. */
export interface Join {
  path: string;
  inode: number;
}

/** Linux's magic number of the file system that namespaces' files are of. statfs(2), NSFS_MAGIC */
const NSFS = 0x6e736673;

export function readJoin(name: NamespaceName, value: unknown, option: string): Join {
  const given = checkKeys(option, value, ['path', 'pid', 'fd']);
  if (Object.keys(given).length !== 1) {
    throw wrongOption(option, 'one of { path }, { pid }, { fd }', value);
  }
  const path = pathOf(name, given, option);
  return { path, inode: inodeOf(path, name, given, option) };
}

/** Is it the one that this process is in? */
export function isOwn(name: NamespaceName, { inode }: Join): boolean {
  return statSync(`/proc/self/ns/${fileOf(name)}`, { throwIfNoEntry: false })?.ino === inode;
}

function fileOf(name: NamespaceName): string {
  return (NAMESPACES.find((row) => row.name === name) as { file: string }).file;
}

function pathOf(name: NamespaceName, { path, pid, fd }: NamespaceToJoin, option: string): string {
  if (path !== undefined) return checkAbsolutePath(`${option}.path`, path);
  if (pid !== undefined) {
    return `/proc/${checkInteger(`${option}.pid`, pid, 1, 2 ** 31 - 1)}/ns/${fileOf(name)}`;
  }
  return `/proc/${process.pid}/fd/${checkInteger(`${option}.fd`, fd, 0, 2 ** 31 - 1)}`;
}

function inodeOf(
  path: string,
  name: NamespaceName,
  { pid, fd }: NamespaceToJoin,
  option: string,
): number {
  try {
    if (statfsSync(path).type === NSFS) return statSync(path).ino;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SandboxError(
      `The option "${option}" names a namespace that cannot be joined: ${path}`,
      {
        option,
        subject: path,
        ...(code === undefined ? {} : { code }),
        reason: reasonOf(code, pid, fd, name),
      },
    );
  }
  throw new SandboxError(`The option "${option}" names a file that is no namespace: ${path}`, {
    option,
    subject: path,
    fix: `Name a file such as /proc/PID/ns/${fileOf(name)}, or one that ip-netns(8) or a bind mount made of it.`,
  });
}

function reasonOf(
  code: string | undefined,
  pid: number | undefined,
  fd: number | undefined,
  name: NamespaceName,
): string {
  if (code === 'ENOENT' && pid !== undefined) {
    return `There is no process ${pid}, or it has ended, or this kernel has no ${name} namespace.`;
  }
  if (code === 'ENOENT' && fd !== undefined) return `Descriptor ${fd} is not open in this process.`;
  if (code === 'ENOENT') return 'There is no such file.';
  if (code === 'EACCES') return 'It belongs to a process of another user.';
  return `The kernel says ${code}.`;
}

import type { SystemErrorFacts } from '../errors/system-error';
import { AT, F, O, S } from './constants/files';
import { type Flags, flagsOf } from './constants/flags';
import type { Core } from './core';
import { struct } from './struct';
import { MAX_DATA } from './wire';

// struct statx of statx(2), as far as it is told. Alike on every architecture, unlike struct stat.
const STATX = struct({
  mask: 'u32',
  blksize: 'u32',
  attributes: 'u64',
  nlink: 'u32',
  uid: 'u32',
  gid: 'u32',
  mode: 'u16',
  spare: 'u16',
  ino: 'u64',
  size: 'u64',
  blocks: 'u64',
  attributesMask: 'u64',
  times: 'bytes[64]',
  rdevMajor: 'u32',
  rdevMinor: 'u32',
  devMajor: 'u32',
  devMinor: 'u32',
  mntId: 'u64',
  rest: 'bytes[104]',
});
const STATX_BASIC_STATS = 0x7ff;
const STATX_MNT_ID_UNIQUE = 0x4000;
const DIRENT_NAME = 19;
const PATH_MAX = 4096;

export interface FileStatus {
  ino: number;
  /** Type and permission bits. */
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  size: number;
  blocks: number;
  /** `major:minor` of the file system. */
  device: string;
  /** `major:minor` of the device that a device file stands for. */
  rdev: string;
  /** The unique id of the mount, for statmount(2); 0 before Linux 6.8. */
  mountId: bigint;
  isFile: boolean;
  isDirectory: boolean;
  isSymlink: boolean;
}

/** Files and directories as the agent sees them: its root, its ids, its mounts. */
export class AgentFiles {
  constructor(private readonly core: Core) {}

  /** A descriptor of the agent, close-on-exec. open(2) */
  open(path: string, flags: Flags<typeof O> = 'O_RDONLY', mode = 0o666): number {
    const all = flagsOf(O, flags) | O.O_CLOEXEC;
    return this.core.call('openat', [AT.AT_FDCWD, path, all, mode], { path });
  }

  close(fd: number): void {
    this.core.call('close', [fd], { fd });
  }

  /** @internal The same, on the way out of what may have ended the agent. */
  release(fd: number): void {
    this.core.release(fd);
  }

  /** At most so many bytes; empty at the end. read(2) */
  read(fd: number, length = MAX_DATA, facts: SystemErrorFacts = { fd }): Buffer {
    const buffer = Buffer.alloc(Math.min(length, MAX_DATA));
    return buffer.subarray(0, this.core.call('read', [fd, buffer, buffer.length], facts));
  }

  /** One write(2); returns how many bytes were taken. */
  write(fd: number, data: string | Uint8Array, facts: SystemErrorFacts = { fd }): number {
    const bytes = Buffer.from(data as string);
    return this.core.call('write', [fd, bytes, bytes.length], facts);
  }

  /** Both ends of a pipe, close-on-exec. pipe2(2) */
  pipe(): { read: number; write: number } {
    const ends = Buffer.alloc(8);
    this.core.call('pipe2', [ends, O.O_CLOEXEC]);
    return { read: ends.readInt32LE(0), write: ends.readInt32LE(4) };
  }

  /** fcntl(2), with an argument that is a number. */
  fcntl(fd: number, command: keyof typeof F, argument = 0): number {
    return this.core.call('fcntl', [fd, F[command], argument], { fd, command });
  }

  /** A whole file, as text. */
  readFile(path: string): string {
    return this.readBytes(path).toString('utf8');
  }

  /** A whole file. */
  readBytes(path: string): Buffer {
    return this.withOpen(path, 'O_RDONLY', 0, (fd) => {
      const parts: Buffer[] = [];
      for (let part = this.read(fd, MAX_DATA, { path }); part.length > 0; ) {
        parts.push(part);
        part = this.read(fd, MAX_DATA, { path });
      }
      return Buffer.concat(parts);
    });
  }

  /**
   * Writes a whole file, by one write(2) as the files of /proc want it; the file is made or emptied
   * unless the flags say otherwise.
   */
  writeFile(
    path: string,
    data: string | Uint8Array,
    {
      flags = ['O_WRONLY', 'O_CREAT', 'O_TRUNC'],
      mode = 0o666,
    }: { flags?: Flags<typeof O>; mode?: number } = {},
  ): void {
    this.withOpen(path, flags, mode, (fd) => {
      const bytes = Buffer.from(data as string);
      for (let at = 0; ; ) {
        at += this.write(fd, bytes.subarray(at, at + MAX_DATA), { path });
        if (at >= bytes.length) return;
      }
    });
  }

  readlink(path: string): string {
    const buffer = Buffer.alloc(PATH_MAX);
    const length = this.core.call('readlinkat', [AT.AT_FDCWD, path, buffer, buffer.length], {
      path,
    });
    return buffer.toString('utf8', 0, length);
  }

  /** The names in a directory, sorted, without `.` and `..`. getdents64(2) */
  readdir(path: string): string[] {
    return this.withOpen(path, ['O_RDONLY', 'O_DIRECTORY'], 0, (fd) => {
      const names: string[] = [];
      const buffer = Buffer.alloc(MAX_DATA / 2);
      for (;;) {
        const size = this.core.call('getdents64', [fd, buffer, buffer.length], { path });
        if (size === 0) break;
        for (let at = 0; at < size; at += buffer.readUInt16LE(at + 16)) {
          const start = at + DIRENT_NAME;
          names.push(buffer.toString('utf8', start, buffer.indexOf(0, start)));
        }
      }
      return names.filter((name) => name !== '.' && name !== '..').sort();
    });
  }

  stat(path: string): FileStatus {
    return this.statx(AT.AT_FDCWD, path, 0);
  }

  lstat(path: string): FileStatus {
    return this.statx(AT.AT_FDCWD, path, AT.AT_SYMLINK_NOFOLLOW);
  }

  fstat(fd: number): FileStatus {
    return this.statx(fd, '', AT.AT_EMPTY_PATH);
  }

  exists(path: string): boolean {
    try {
      this.lstat(path);
      return true;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'ENOENT' || code === 'ENOTDIR') return false;
      throw error;
    }
  }

  mkdir(path: string, mode = 0o777): void {
    this.core.call('mkdirat', [AT.AT_FDCWD, path, mode], { path });
  }

  rmdir(path: string): void {
    this.core.call('unlinkat', [AT.AT_FDCWD, path, AT.AT_REMOVEDIR], { path });
  }

  unlink(path: string): void {
    this.core.call('unlinkat', [AT.AT_FDCWD, path, 0], { path });
  }

  /** `type` as in mknod(2): S_IFCHR and so on. */
  mknod(
    path: string,
    type: keyof typeof S,
    { mode = 0o666, major = 0, minor = 0 }: { mode?: number; major?: number; minor?: number } = {},
  ): void {
    // makedev(3), for numbers of 8 and 12 bits.
    const device = (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
    this.core.call('mknodat', [AT.AT_FDCWD, path, S[type] | mode, device], { path });
  }

  symlink(target: string, path: string): void {
    this.core.call('symlinkat', [target, AT.AT_FDCWD, path], { path: target, dest: path });
  }

  link(existing: string, path: string): void {
    const args = [AT.AT_FDCWD, existing, AT.AT_FDCWD, path, 0];
    this.core.call('linkat', args, { path: existing, dest: path });
  }

  rename(from: string, to: string): void {
    const args = [AT.AT_FDCWD, from, AT.AT_FDCWD, to, 0];
    this.core.call('renameat2', args, { path: from, dest: to });
  }

  chown(path: string, uid: number, gid: number): void {
    this.core.call('fchownat', [AT.AT_FDCWD, path, uid, gid, 0], { path });
  }

  lchown(path: string, uid: number, gid: number): void {
    this.core.call('fchownat', [AT.AT_FDCWD, path, uid, gid, AT.AT_SYMLINK_NOFOLLOW], { path });
  }

  chmod(path: string, mode: number): void {
    this.core.call('fchmodat', [AT.AT_FDCWD, path, mode], { path });
  }

  truncate(path: string, length: number): void {
    this.core.call('truncate', [path, length], { path });
  }

  chdir(path: string): void {
    this.core.call('chdir', [path], { path });
  }

  getcwd(): string {
    const buffer = Buffer.alloc(PATH_MAX);
    return buffer.toString('utf8', 0, this.core.call('getcwd', [buffer, buffer.length]) - 1);
  }

  /** Returns the one before. */
  umask(mask: number): number {
    return this.core.call('umask', [mask]);
  }

  /** The agent's own descriptors. */
  descriptors(): number[] {
    return this.readdir('/proc/self/fd').map(Number);
  }

  /** open(2), use, close(2). */
  withOpen<Result>(
    path: string,
    flags: Flags<typeof O>,
    mode: number,
    use: (fd: number) => Result,
  ): Result {
    const fd = this.open(path, flags, mode);
    try {
      return use(fd);
    } finally {
      this.core.release(fd);
    }
  }

  private statx(fd: number, path: string, flags: number): FileStatus {
    const buffer = STATX.pack();
    const mask = STATX_BASIC_STATS | STATX_MNT_ID_UNIQUE;
    this.core.call('statx', [fd, path, flags, mask, buffer], path === '' ? { fd } : { path });
    const found = STATX.unpack(buffer);
    const { mode } = found;
    const is = (type: keyof typeof S) => (mode & 0o170000) === S[type];
    return {
      ino: Number(found.ino),
      mode,
      nlink: found.nlink,
      uid: found.uid,
      gid: found.gid,
      size: Number(found.size),
      blocks: Number(found.blocks),
      device: `${found.devMajor}:${found.devMinor}`,
      rdev: `${found.rdevMajor}:${found.rdevMinor}`,
      mountId: (found.mask & STATX_MNT_ID_UNIQUE) === 0 ? 0n : found.mntId,
      isFile: is('S_IFREG'),
      isDirectory: is('S_IFDIR'),
      isSymlink: is('S_IFLNK'),
    };
  }
}

/** How mount events travel: mount_namespaces(7). Neither shared nor master is a private mount. */
export interface MountPropagation {
  /** The peer group that the mount is shared in. */
  shared?: number;
  /** The peer group that the mount is a slave of. */
  master?: number;
  /** The nearest peer group under this process's root that events come from. */
  propagateFrom?: number;
  /** Whether it refuses to be bind mounted. */
  unbindable: boolean;
}

/** One line of /proc/PID/mountinfo. */
export interface Mount {
  id: number;
  /** The id of the mount that this one is mounted on. */
  parent: number;
  /** `major:minor` of the file system. */
  device: string;
  /** Which directory of the file system is mounted. */
  root: string;
  /** The mount point. */
  target: string;
  /** Of this mount, for example `ro`, `nosuid`. */
  options: string[];
  propagation: MountPropagation;
  /** Of the file system: `tmpfs`, `ext4`, `fuse.sshfs`. */
  type: string;
  /** What is mounted; without meaning for most virtual file systems. */
  source: string;
  /** Of the file system, for all its mounts: `size=1024k`. */
  superOptions: string[];
}

/** The kernel writes blanks, newlines and backslashes as three octal digits: `\040`. */
function decode(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function parseOptions(text: string): string[] {
  return text === '' ? [] : text.split(',').map(decode);
}

function parsePropagation(tags: string[]): MountPropagation {
  const numbers = new Map(
    tags.map((tag) => {
      const [name = '', number] = tag.split(':');
      return [name, Number(number)];
    }),
  );
  const shared = numbers.get('shared');
  const master = numbers.get('master');
  const propagateFrom = numbers.get('propagate_from');
  return {
    ...(shared !== undefined && { shared }),
    ...(master !== undefined && { master }),
    ...(propagateFrom !== undefined && { propagateFrom }),
    unbindable: numbers.has('unbindable'),
  };
}

/**
 * Three ids, three texts, tags, of which some have a number, a hyphen, and three texts again. In the last
 * one some file systems write blanks as they are: 9p of WSL does.
 */
const LINE =
  /^\d{1,10} \d{1,10} \d+:\d+(?: [^ ]*){3}(?: (?:(?:shared|master|propagate_from):\d{1,10}|(?!-|(?:shared|master|propagate_from)(?::| ))[^ ]+))* -(?: [^ ]*){2} .*$/;

function parseLine(line: string): Mount {
  if (!LINE.test(line)) {
    throw new Error(`Not a line of /proc/PID/mountinfo: ${JSON.stringify(line)}`);
  }
  // Any number of optional fields, which a lone hyphen ends. A source may be the empty string.
  const fields = line.split(' ');
  const [id, parent, device = '', root = '', target = '', options = ''] = fields;
  const hyphen = fields.indexOf('-', 6);
  const [type = '', source = '', ...superOptions] = fields.slice(hyphen + 1);
  return {
    id: Number(id),
    parent: Number(parent),
    device,
    root: decode(root),
    target: decode(target),
    options: parseOptions(options),
    propagation: parsePropagation(fields.slice(6, hyphen)),
    type: decode(type),
    source: decode(source),
    superOptions: parseOptions(superOptions.join(' ')),
  };
}

/**
 * Parses /proc/PID/mountinfo. proc_pid_mountinfo(5)
 *
 * @throws Error naming a line that the kernel does not write.
 */
export function parseMountinfo(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine);
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hostState } from '../support/host';
import { NESTED, runScript, SANDBOX, SHELL } from '../support/init-script';
import { NS_INIT } from '../support/package';

/** Named network namespaces are mounts, too, and other tests make some meanwhile. */
const mountsOfHost = () => hostState().mounts.filter((line) => !line.includes(' /run/netns/'));
let before: string[];
beforeEach(() => {
  before = mountsOfHost();
});
afterEach(() => {
  expect(mountsOfHost()).toEqual(before);
});

const scratch = mkdtempSync('/var/tmp/ns-jest-test-');
const source = path.join(scratch, 'a b');
const layers = ['lower: 1,2', 'lower\\2'].map((name) => path.join(scratch, name));
const [upper, work] = ['upper', 'work'].map((name) => path.join(scratch, name)) as [string, string];
for (const folder of [source, ...layers, upper, work]) mkdirSync(folder);
writeFileSync(path.join(source, 'fact'), 'true');
writeFileSync(path.join(layers[0] as string, 'top'), '1');
writeFileSync(path.join(layers[1] as string, 'top'), '2');
writeFileSync(path.join(layers[1] as string, 'below'), '2');
afterAll(() => {
  execFileSync('chmod', ['-R', 'u+rwX', scratch]);
  rmSync(scratch, { recursive: true });
});

/** A script that tells whether something may be opened for writing, without writing. */
const mayWrite = (file: string) => `( : >>"${file}" ) 2>/dev/null && echo yes || echo no`;

describe('mounts in order', () => {
  test.each<[string, string[], string, string[]]>([
    [
      'a bind is writable, and has no device nodes',
      [
        '--mount=bind',
        `--from=${source}`,
        '--onto=/tmp/b',
        '--mount=bind',
        '--from=/dev/null',
        '--onto=/tmp/null',
      ],
      `cat /tmp/b/fact; echo; ${mayWrite('/tmp/b/fact')}; ${mayWrite('/tmp/null')}`,
      ['true', 'yes', 'no'],
    ],
    [
      'a bind with device nodes',
      ['--mount=bind', '--from=/dev/null', '--onto=/tmp/d/null', '--devices'],
      mayWrite('/tmp/d/null'),
      ['yes'],
    ],
    [
      'a read-only bind',
      ['--ro-bind=/etc', '--onto=/tmp/etc', '--bind=/etc/passwd', '--onto=/tmp/p', '--readonly'],
      `${mayWrite('/tmp/etc/passwd')}; ${mayWrite('/tmp/p')}`,
      ['no', 'no'],
    ],
    [
      'a tmpfs of a size and a mode, which fills up',
      ['--mount=tmpfs', '--onto=/tmp/t', '--with=size=64k,mode=1710'],
      'stat -c %a /tmp/t; dd if=/dev/zero of=/tmp/t/x bs=1k count=100 2>&1 | grep -o "No space left"',
      ['1710', 'No space left'],
    ],
    [
      'a read-only tmpfs',
      ['--mount=tmpfs', '--onto=/tmp/t', '--readonly'],
      mayWrite('/tmp/t/x'),
      ['no'],
    ],
    [
      'file systems of the kernel; what is global in them is read-only',
      ['proc', 'sysfs', 'devpts', 'mqueue'].flatMap((kind) => [
        `--mount=${kind}`,
        `--onto=/tmp/${kind}`,
      ]),
      `stat -f -c %T /tmp/proc /tmp/sysfs /tmp/devpts; grep -c " /tmp/mqueue .* mqueue " /proc/self/mountinfo; ls /tmp/proc | grep -cx 1; ls /tmp/sysfs/class/net | grep lo; ls /tmp/devpts; ${mayWrite('/tmp/proc/sys/vm/swappiness')}; ${mayWrite('/tmp/sysfs/kernel/uevent_helper')}`,
      ['proc', 'sysfs', 'devpts', '1', '1', 'lo', 'ptmx', 'no', 'no'],
    ],
    [
      'an overlay whose changes vanish; paths may hold blanks, colons, commas and backslashes',
      ['--mount=overlay', ...layers.map((layer) => `--from=${layer}`), '--onto=/tmp/o'],
      'cat /tmp/o/top /tmp/o/below; echo; echo x > /tmp/o/top; rm /tmp/o/below; ls /tmp/o',
      ['12', 'top'],
    ],
    [
      'a read-only overlay',
      ['--mount=overlay', `--from=${layers[0]}`, '--onto=/tmp/o', '--readonly'],
      mayWrite('/tmp/o/top'),
      ['no'],
    ],
    [
      'a file, a link and a directory',
      [
        ...['--mount=file', '--from=two\nlines\n', '--onto=/tmp/new/file', '--with=600'],
        ...['--mount=symlink', '--from=new/file', '--onto=/tmp/link'],
        ...['--mount=dir', '--onto=/tmp/deep/er', '--with=1777'],
      ],
      'cat /tmp/link; stat -c %a /tmp/new/file /tmp/new /tmp/deep/er; rm /tmp/new/file && echo removed',
      ['two', 'lines', '600', '755', '1777', 'removed'],
    ],
    [
      "a file over one of the host's, and below /sys",
      [
        ...['--mount=file', '--from=root:x:0:0::/:/bin/sh', '--onto=/etc/passwd'],
        ...['--mount=file', '--from=mine', '--onto=/sys/kernel/notes', '--readonly'],
      ],
      `cat /etc/passwd /sys/kernel/notes; echo; echo y >> /etc/passwd && echo written; ${mayWrite('/sys/kernel/notes')}`,
      ['root:x:0:0::/:/bin/shmine', 'written', 'no'],
    ],
    [
      'a target that is a link which leads nowhere yet',
      [
        ...['--mount=symlink', '--from=../run/later/file', '--onto=/tmp/link'],
        ...['--mount=bind', `--from=${source}/fact`, '--onto=/tmp/link'],
      ],
      'cat /run/later/file',
      ['true'],
    ],
    [
      'what comes later covers what came before',
      [
        ...['--mount=file', '--from=first', '--onto=/tmp/x/file'],
        ...['--mount=tmpfs', '--onto=/tmp/x'],
        ...['--mount=file', '--from=second', '--onto=/tmp/x/file'],
      ],
      'cat /tmp/x/file; umount /tmp/x && cat /tmp/x/file',
      ['secondfirst'],
    ],
    [
      'masked and read-only paths; what is not there needs neither',
      [
        ...['--mask=/etc/passwd', '--mask=/usr/share', '--mask=/no/where'],
        ...['--make-readonly=/tmp', '--make-readonly=/no/where'],
      ],
      `wc -c < /etc/passwd; ls -A /usr/share | wc -l; ${mayWrite('/usr/share/x')}; ${mayWrite('/tmp/x')}`,
      ['0', '0', 'no', 'no'],
    ],
    ['a /dev without devices', ['--empty-dev'], 'ls /dev', ['mqueue', 'shm']],
  ])('%s', async (_, args, script, expected) => {
    // The words for /dev exclude each other.
    const sandbox = args.includes('--empty-dev')
      ? SANDBOX.filter((word) => word !== '--dev')
      : SANDBOX;
    const { stdout, stderr, status } = await runScript([...sandbox, ...args], script);
    expect(stderr).toBe('');
    expect(status[0]).toMatchObject({ type: 'ready' });
    expect(stdout).toEqual(expected);
    expect(readFileSync(path.join(source, 'fact'), 'utf8')).toBe('true');
    expect(layers.map((layer) => readdirSync(layer))).toEqual([['top'], ['below', 'top']]);
  });

  test('an overlay whose changes go to the host', async () => {
    const { stdout } = await runScript(
      [
        ...SANDBOX,
        ...['--mount=overlay', `--from=${layers[1]}`, `--upper=${upper}`, `--work=${work}`],
        '--onto=/tmp/o',
      ],
      'cat /tmp/o/top; echo changed > /tmp/o/top',
    );
    expect(stdout).toEqual(['2']);
    expect(readFileSync(path.join(upper, 'top'), 'utf8')).toBe('changed\n');
    expect(readFileSync(path.join(layers[1] as string, 'top'), 'utf8')).toBe('2');
  });

  test.each([
    ['file', 'make file', '/etc/ns-jest-made'],
    ['dir', 'make directory', '/etc/ns-jest-made'],
    ['symlink', 'make symlink', '/etc/ns-jest-made'],
    ['tmpfs', 'mount tmpfs', '/usr/ns-jest-made/deep'],
    ['overlay', 'mount overlay', '/usr/ns-jest-made'],
  ])('a mount point is never made on the host: %s', async (kind, step, target) => {
    const words = [`--mount=${kind}`, `--from=${layers[0]}`, `--onto=${target}`];
    const { status, code } = await runScript([...SANDBOX, ...words], 'echo ran');
    expect(status).toEqual([{ type: 'failed', step, subject: target, errno: 2 }]);
    expect(code).toBe(125);
    expect(readdirSync('/etc').concat(readdirSync('/usr'))).not.toContain('ns-jest-made');
  });

  test.each<[string, string[], object]>([
    [
      'layers of which one lies in the other',
      [
        '--mount=overlay',
        `--from=${scratch}`,
        `--upper=${upper}`,
        `--work=${upper}`,
        '--onto=/tmp/o',
      ],
      { step: 'mount overlay', subject: '/tmp/o' },
    ],
    [
      'a size that is none',
      ['--mount=tmpfs', '--onto=/tmp/t', '--with=size=much'],
      { step: 'mount tmpfs', subject: '/tmp/t', errno: 22 },
    ],
    [
      'a link where something is',
      [
        '--mount=symlink',
        '--from=x',
        '--onto=/tmp/l',
        '--mount=symlink',
        '--from=x',
        '--onto=/tmp/l',
      ],
      { step: 'make symlink', subject: '/tmp/l', errno: 17 },
    ],
    [
      'a file that does not fit',
      [
        ...['--mount=tmpfs', '--onto=/tmp/t', '--with=size=4k'],
        ...['--mount=file', `--from=${'x'.repeat(10_000)}`, '--onto=/tmp/t/f'],
      ],
      { step: 'make file', subject: '/tmp/t/f', errno: 28 },
    ],
    [
      'a layer that is gone',
      ['--root=layers', `--layer=${scratch}/none`],
      { step: 'mount overlay', subject: `${scratch}/none`, errno: 2 },
    ],
    [
      'a directory for a root that lacks mount points',
      ['--root=directory', `--layer=${source}`],
      { step: 'mount root', subject: '/proc', errno: 2 },
    ],
  ])('fails as one step: %s', async (_, args, failed) => {
    const { status, stdout } = await runScript([...SANDBOX, ...args], 'echo ran');
    expect(status).toEqual([expect.objectContaining({ type: 'failed', ...failed })]);
    expect(stdout).toEqual([]);
    expect(readdirSync(source)).toEqual(['fact']);
  });

  test.each([
    [['--mount=bnd', '--onto=/x'], 'unknown kind of mount: bnd'],
    [['--mount=tmpfs'], 'no --onto after: tmpfs'],
    [['--mount=bind', '--onto=/x'], 'no --from after: bind'],
    [['--from=/x'], 'no --mount before: /x'],
    [['--lend=/x'], 'no --onto after: /x'],
    [['--root=hots'], 'unknown root: hots'],
    [['--root=layers'], '--layer goes with the roots: layers, directory'],
    [['--propagation=loud'], 'unknown propagation: loud'],
    [
      ['--mount=overlay', '--from=/x', '--onto=/y', '--upper=/z'],
      '--upper and --work go together: /y',
    ],
  ])('a wrong command line is refused in one sentence: %s', async (args, sentence) => {
    const { stderr, code } = await runScript(args, 'true');
    expect(stderr.split('\n')[0]).toBe(`ns-init: ${sentence}`);
    expect(code).toBe(2);
  });
});

/** A host of our own: a sandbox with a mount whose name holds a blank, a file beside it, and a proc. */
const HOST = [
  ...SANDBOX,
  ...['--mount=tmpfs', '--onto=/tmp/a b', '--mount=file', '--from=f', '--onto=/tmp/a b/kept/file'],
  ...['--mount=file', '--from=beside', '--onto=/tmp/beside', '--with=640'],
  ...['--mount=symlink', '--from=beside', '--onto=/tmp/link'],
  ...['--mount=proc', '--onto=/tmp/proc', `--bind=${NS_INIT}`, '--onto=/tmp/ns-init'],
];
const inner = (args: string, script: string) =>
  `${NESTED.replace(NS_INIT, '/tmp/ns-init')} ${args} -- /bin/sh -c '${script}'`;

test.each<[string, string | undefined]>([
  ['at once', undefined],
  ['one mount at a time, before Linux 5.12', 'mount_setattr:error=ENOSYS'],
  ['without copies of mounts, before Linux 5.2', 'open_tree,mount_setattr:error=ENOSYS'],
])('a read-only host is so in each of its mounts, but for what is kept: %s', async (_, fault) => {
  const script = inner(
    '--root=host-readonly --tmpfs=/run "--keep=/tmp/a b/kept"',
    ['/tmp/x', '/tmp/a b/x', '/tmp/a b/kept/file', '/tmp/a b/kept/x', '/run/x', '/var/tmp/x']
      .map(mayWrite)
      .join('; '),
  );
  const { stdout, stderr } = await runScript(HOST, script, fault);
  expect(stderr).toBe('');
  expect(stdout).toEqual(['no', 'no', 'yes', 'yes', 'yes', 'no']);
});

test('an overlay over the host shows each of its mounts, and keeps nothing', async () => {
  const { stdout, stderr } = await runScript(
    HOST,
    `${inner(
      '--root=host-overlay "--keep=/tmp/a b/kept"',
      `cat /tmp/link; stat -c " %a" /tmp/beside; head -c 5 /tmp/proc/version; echo;
       ${mayWrite('/tmp/proc/sys/kernel/sem')};
       for f in /tmp/beside "/tmp/a b/x" /tmp/x /x /etc/x "/tmp/a b/kept/x"; do echo more >> "$f" && echo wrote; done;
       rm /tmp/link; mv /tmp/beside /tmp/moved; ls -A /tmp`,
    )}; echo outside; ls "/tmp/a b"; ls -A /tmp | grep -v ns-init; ls "/tmp/a b/kept"; cat /tmp/link`,
  );
  expect(stderr).toBe('');
  expect(stdout.slice(0, 3)).toEqual(['beside 640', 'Linux', 'no']);
  expect(stdout.filter((line) => line === 'wrote')).toHaveLength(6);
  const outside = stdout.indexOf('outside');
  expect(stdout.slice(0, outside)).toContain('moved');
  expect(stdout.slice(outside + 1)).toEqual([
    ...['kept', 'a b', 'beside', 'link', 'proc', 'file', 'x', 'beside'],
  ]);
});

describe('a root of its own', () => {
  const EMPTY = [...SANDBOX, '--root=empty', ...SHELL];

  test('has what was put there, and nothing leads back to the host', async () => {
    const { stdout } = await runScript(
      EMPTY,
      'ls /; readlink /proc/1/cwd /proc/1/root; ls -l /proc/1/fd | grep -c " /[^d]"; grep -c . /proc/self/mounts; cd /..; pwd; grep -c "/dev/vda / " /proc/self/mounts',
    );
    expect(stdout.slice(0, 12)).toEqual([
      ...['bin', 'dev', 'lib', 'lib64', 'proc', 'run', 'sys', 'tmp', 'usr'],
      ...['/', '/', '0'],
    ]);
    expect(stdout.at(-2)).toBe('/');
  });

  test('holds no more than it is given', async () => {
    const { stdout } = await runScript(
      [...EMPTY, '--root-data=mode=755,size=64k'],
      'dd if=/dev/zero of=/x bs=1k count=100 2>&1 | grep -o "No space left"; stat -c %a /',
    );
    expect(stdout).toEqual(['No space left', '755']);
  });

  test('can be read-only, but for what is mounted in it', async () => {
    const { stdout } = await runScript(
      [...EMPTY, '--root-readonly'],
      ['/x', '/tmp/x', '/dev/shm/x'].map(mayWrite).join('; '),
    );
    expect(stdout).toEqual(['no', 'yes', 'yes']);
  });

  test('a file is lent only where the root has none of that name', async () => {
    const lend = [
      `--lend=${source}/fact`,
      '--onto=/top',
      `--lend=${source}/fact`,
      '--onto=/new/fact',
    ];
    const { stdout } = await runScript(
      [...SANDBOX, '--root=layers', `--layer=${layers[0]}`, ...SHELL, ...lend],
      `cat /top /new/fact; echo; ${mayWrite('/new/fact')}`,
    );
    expect(stdout).toEqual(['1true', 'no']);
  });

  test('a directory is used as it is, and written to', async () => {
    const root = path.join(scratch, 'root');
    for (const name of ['proc', 'sys', 'dev', 'tmp', 'run', 'usr']) {
      mkdirSync(path.join(root, name), { recursive: true });
    }
    for (const name of ['bin', 'lib', 'lib64']) {
      execFileSync('ln', ['-s', `usr/${name}`, path.join(root, name)]);
    }
    const { stdout } = await runScript(
      [...SANDBOX, '--root=directory', `--layer=${root}`, '--ro-keep=/usr'],
      'echo x > /written; ls /dev | grep -x null',
    );
    expect(stdout).toEqual(['null']);
    expect(readdirSync(root)).toContain('written');
    expect(readdirSync(path.join(root, 'dev'))).toEqual([]);
  });

  test("/proc, /sys and /dev are the host's where no others are wanted", async () => {
    const args = SANDBOX.filter((word) => !['--proc', '--sys', '--dev', '--mqueue'].includes(word));
    const { stdout } = await runScript(
      [...args.map((word) => word.replace('=all', '=user,mount,ipc')), '--root=empty', ...SHELL],
      'ls -d /proc/self /sys/class /dev/null; ls /proc | grep -c "^[0-9]"',
    );
    expect(stdout.slice(0, 3)).toEqual(['/dev/null', '/proc/self', '/sys/class']);
    expect(Number(stdout[3])).toBeGreaterThan(3);
  });

  test('where the root cannot be pivoted it is entered by chroot, and that is told', async () => {
    const { stdout, status } = await runScript(EMPTY, 'ls -d /*', 'pivot_root:error=EINVAL');
    expect(status[0]).toEqual({
      ...{ type: 'fallback', wanted: 'pivot_root', instead: 'chroot', errno: 22 },
    });
    expect(status[1]).toMatchObject({ type: 'ready' });
    expect(stdout).toEqual(
      ['bin', 'dev', 'lib', 'lib64', 'proc', 'run', 'sys', 'tmp', 'usr'].map((name) => `/${name}`),
    );
  });

  test.each([
    ['pivot_root:error=EPERM', { step: 'enter root', subject: '/sys/root', errno: 1 }],
    ['mount:error=ENODEV:when=3', { step: 'mount overlay', subject: layers[0], errno: 19 }],
    ['umount2:error=EINVAL:when=2', { step: 'leave host', subject: '.', errno: 22 }],
  ])('a system call that fails ends it all with one report: %s', async (fault, failed) => {
    const { status, stdout } = await runScript(
      [...SANDBOX, '--root=layers', `--layer=${layers[0]}`, ...SHELL],
      'echo ran',
      fault,
    );
    expect(status).toEqual([{ type: 'failed', ...failed }]);
    expect(stdout).toEqual([]);
  });
});

describe('propagation', () => {
  const ready = 'touch /tmp/m/ready; while [ ! -e /tmp/m/go ]; do sleep 0.02; done';
  const sees = 'grep -c " /tmp/m/new " /proc/self/mountinfo';
  const own =
    'mount -t tmpfs i /tmp/m/inner; grep " /tmp/m/inner " /proc/self/mountinfo | grep -c shared';

  test.each([
    // Sees what the host mounts; its own mounts have peers.
    ['private', ['0', '0']],
    ['slave', ['1', '0']],
    ['shared', ['0', '1']],
    ['unchanged', ['1', '0']],
  ])('%s', async (propagation, expected) => {
    const { stdout } = await runScript(
      HOST,
      `mkdir /tmp/m; mount -t tmpfs m /tmp/m; mount --make-shared /tmp/m; mkdir /tmp/m/new /tmp/m/inner
       ${inner(`--propagation=${propagation} --tmpfs=/run`, `${ready}; ${sees}; ${own}`)} &
       while [ ! -e /tmp/m/ready ]; do sleep 0.02; done
       mount -t tmpfs n /tmp/m/new; touch /tmp/m/go; wait
       grep -c " /tmp/m/inner " /proc/self/mountinfo`,
    );
    // The last: what is mounted inside never reaches the host.
    expect(stdout).toEqual([...expected, '0']);
  });

  test('unchanged without a user namespace is refused: every mount would appear on the host', async () => {
    const { stdout } = await runScript(
      HOST,
      '/tmp/ns-init --unshare=mount --propagation=unchanged --tmpfs=/run --status-fd=1 -- true',
    );
    expect(stdout).toEqual([
      '{"type":"failed","step":"keep propagation","subject":"user","errno":18}',
    ]);
  });
});

test('the minimal /dev has what programs expect', async () => {
  const { stdout, stderr } = await runScript(
    SANDBOX,
    `cd /dev; for d in null zero full random urandom tty ptmx; do [ -c $d ] || echo $d; done
     for l in fd stdin stdout stderr ptmx; do readlink $l; done
     stat -c "%a %n" shm mqueue pts/ptmx
     dd if=zero of=full count=1 2>&1 | grep -o "No space left"
     head -c 3 zero | od -An -tx1; head -c 8 urandom | wc -c; echo x > null; ls pts`,
  );
  expect(stderr).toBe('');
  expect(stdout).toEqual([
    ...['/proc/self/fd', '/proc/self/fd/0', '/proc/self/fd/1', '/proc/self/fd/2', 'pts/ptmx'],
    ...['1777 shm', '1777 mqueue', '666 pts/ptmx', 'No space left', ' 00 00 00', '8', 'ptmx'],
  ]);
});

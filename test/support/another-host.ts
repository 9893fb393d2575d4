/** Hosts other than this one: what a command is started by to find things missing, or in another way. */
import path from 'node:path';
import {
  CODES,
  DATA,
  filterText,
  type Instruction,
  VERDICTS,
} from '../../src/options/processes/filter';
import { systemCalls } from '../../src/options/processes/system-calls';
import { NS_INIT } from './package';

export const isRoot = process.getuid?.() === 0;

/** In a mount namespace that is gone with the command. An ordinary user is root of a user namespace there. */
export const onAnotherHost = (script: string, ...kinds: string[]): string[] => [
  ...['unshare', ...(isRoot ? [] : ['--user', '--map-root-user']), '--mount', ...kinds],
  ...['sh', '-ec', `${script}; exec "$@"`, 'sh'],
];

/** In a user namespace of its own, with all of its rights there. */
export const inUserNamespace = (script: string): string[] => [
  NS_INIT,
  ...['--keep-session', '--unshare=user'],
  ...(isRoot
    ? ['--uid-map=0:0:4294967295', '--gid-map=0:0:4294967295']
    : [
        `--uid-map=0:${process.getuid?.()}:1`,
        `--gid-map=0:${process.getgid?.()}:1`,
        '--deny-setgroups',
      ]),
  ...['--', 'sh', '-ec', `${script}; exec "$@"`, 'sh'],
];

/** BPF_JMP | BPF_JSET | BPF_K, and the low half of the first argument in struct seccomp_data. */
const HAS_BIT = 0x45;
const FIRST_ARGUMENT = 16;
/** CLONE_NEW*, but for the time namespace, which clone(2) cannot make. */
const NAMESPACES = 0x7e020000;
const EACCES = 13;
const ENOSYS = 38;

const step = (code: number, value: number, ifTrue = 0, ifFalse = 0): Instruction => ({
  ...{ code, ifTrue, ifFalse, value },
});

/** The last of a call's comparisons: what was loaded is not the call's number any more. */
const refusedClone = (number: number, refuse: Instruction) => [
  step(CODES.isEqual, number, 0, 4),
  step(CODES.load, FIRST_ARGUMENT),
  step(HAS_BIT, NAMESPACES, 0, 1),
  refuse,
  step(CODES.return, VERDICTS.allow),
];

/**
 * Below a filter as Docker's for those without CAP_SYS_ADMIN: clone3 is not there, so that libraries use
 * clone, of which its flags can be seen.
 *
 * @param errno What it answers.
 * @param calls To which calls, and to clone where it is to make namespaces.
 */
export function belowSeccomp(
  errno: number,
  calls = ['clone', 'unshare', 'setns', 'mount', 'umount2', 'pivot_root'],
): string[] {
  const numbers = systemCalls(process.arch === 'arm64' ? 'arm64' : 'x64');
  const number = (name: string) => numbers.get(name) as number;
  const refuse = step(CODES.return, VERDICTS.errno + errno);
  const when = (name: string, then: Instruction) => [step(CODES.isEqual, number(name), 0, 1), then];
  const program = [
    step(CODES.load, DATA.number),
    ...when('clone3', step(CODES.return, VERDICTS.errno + ENOSYS)),
    ...calls.flatMap((name) =>
      name === 'clone' ? refusedClone(number(name), refuse) : when(name, refuse),
    ),
    step(CODES.return, VERDICTS.allow),
  ];
  return [
    ...[NS_INIT, '--keep-session', `--seccomp=${filterText(program)}`],
    // Without it only root may have a filter. seccomp(2)
    ...(isRoot ? [] : ['--no-new-privs']),
    '--',
  ];
}

/** A root directory of the same files that is no mount: the kernel tells it from the mount namespace's. */
export const IN_CHROOT = onAnotherHost(`
  mount -t tmpfs none /mnt
  mkdir /mnt/root
  for each in /*; do
    if [ -L "$each" ]; then cp -P "$each" /mnt/root/
    elif [ -d "$each" ] && [ "$each" != /mnt ]; then
      mkdir "/mnt/root$each"
      mount --rbind "$each" "/mnt/root$each"
    fi
  done
  set -- chroot /mnt/root env "--chdir=$PWD" "$@"`);

/** One that is a mount: PID 1 stands at the other. */
export const IN_MOUNTED_CHROOT = onAnotherHost(
  `mount --rbind / /mnt
  status=0
  chroot /mnt env "--chdir=$PWD" "$@" || status=$?
  exit $status`,
  ...['--pid', '--fork', '--mount-proc'],
);

/** As Docker covers parts of it. */
export const WITH_MASKED_PROC = onAnotherHost(`
  for each in kcore keys timer_list interrupts; do
    [ ! -e /proc/$each ] || mount --bind /dev/null /proc/$each
  done`);

/** A whole mount cannot be had read-only where it came from outside, so it is bound onto itself. */
export const WITH_READONLY_PROC = onAnotherHost(`
  mount --rbind /proc /proc
  mount -o remount,bind,ro,nosuid,nodev,noexec /proc`);

/**
 * As Ubuntu's kernel answers, and says that it does: what AppArmor takes away cannot be had without it.
 */
export const AS_UNDER_APPARMOR = [
  ...onAnotherHost(`
    mount -t tmpfs none /proc/sys/kernel
    echo 1 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns`),
  ...belowSeccomp(EACCES, ['mount']),
];

export const WITH_FULL_TMP = onAnotherHost(`
  mount -t tmpfs -o size=64k none /tmp
  head -c 1m /dev/zero >/tmp/fill 2>/dev/null || :`);
export const WITH_READONLY_TMP = onAnotherHost('mount -t tmpfs -o ro none /tmp');
/** On which nothing of the package's can be executed. */
export const WITH_NOEXEC = onAnotherHost(`
  mount --bind ${path.dirname(NS_INIT)} ${path.dirname(NS_INIT)}
  mount -o remount,bind,noexec ${path.dirname(NS_INIT)}`);
export const WITHOUT_TUN = onAnotherHost('mount -t tmpfs none /dev/net');

/** By the name that root has: ids are allotted, and nothing is there to write them. */
export const WITHOUT_NEWUIDMAP = [
  ...['unshare', '--user', '--map-root-user', '--mount', 'sh', '-ec'],
  `mount -t tmpfs none /mnt
  echo root:300000:1000 >/mnt/ids
  for file in /etc/subuid /etc/subgid; do mount --bind /mnt/ids $file; done
  for file in newuidmap newgidmap; do mount --bind /dev/null "$(command -v $file)"; done
  exec "$@"`,
  'sh',
];

import { CAPABILITIES } from '../../capabilities';
import { CLONE, NAMESPACE_FLAGS } from './clone';
import { AT, E, F, O, POLL, S, SIG } from './files';
import { NS, PIDFD_NAMESPACE, SIOC } from './ioctl';
import { IPC } from './ipc';
import {
  FS,
  FSCONFIG,
  MOUNT_ATTR,
  MOVE_MOUNT,
  MS,
  OPEN_TREE,
  ST,
  STATMOUNT,
  UMOUNT,
} from './mounts';
import { AF, IFF, IFLA, IPPROTO, MSG, NLM, RTM, RTNLGRP, SO, SOCK } from './network';
import { CLOCK, POLL_CODES, PR, SIGNAL_CODES, W } from './processes';
import { systemCalls } from './system-calls';

/** The kernel's numbers by name, in tables of one kind each. */
export const constants = {
  /** By number: capabilities(7). */
  CAPABILITIES,
  /** clone(2). */
  CLONE,
  /** The CLONE_NEW* flag by a namespace's name. */
  NAMESPACE_FLAGS,
  /** open(2). */
  O,
  AT,
  /** fcntl(2). */
  F,
  S,
  POLL,
  /** errno(3). */
  E,
  /** signal(7). */
  SIG,
  SIGNAL_CODES,
  POLL_CODES,
  /** prctl(2). */
  PR,
  /** wait(2). */
  W,
  /** clock_gettime(2). */
  CLOCK,
  /** mount(2). */
  MS,
  /** umount2(2). */
  UMOUNT,
  /** statfs(2). */
  ST,
  MOUNT_ATTR,
  OPEN_TREE,
  MOVE_MOUNT,
  FS,
  FSCONFIG,
  STATMOUNT,
  /** ioctl_ns(2). */
  NS,
  PIDFD_NAMESPACE,
  /** netdevice(7). */
  SIOC,
  /** sysvipc(7). */
  IPC,
  /** socket(2). */
  AF,
  SOCK,
  IPPROTO,
  SO,
  MSG,
  /** netlink(7), rtnetlink(7). */
  NLM,
  RTM,
  RTNLGRP,
  IFLA,
  IFF,
  /** System calls of this architecture. */
  SYS: systemCalls,
} as const;

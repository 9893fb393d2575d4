/** ioctl_ns(2), linux/nsfs.h. */
export const NS = {
  NS_GET_USERNS: 0xb701,
  NS_GET_PARENT: 0xb702,
  NS_GET_NSTYPE: 0xb703,
  NS_GET_OWNER_UID: 0xb704,
  NS_GET_MNTNS_ID: 0x8008b705,
  NS_GET_PID_FROM_PIDNS: 0x8004b706,
  NS_GET_TGID_FROM_PIDNS: 0x8004b707,
  NS_GET_PID_IN_PIDNS: 0x8004b708,
  NS_GET_TGID_IN_PIDNS: 0x8004b709,
  NS_MNT_GET_INFO: 0x8010b70a,
  NS_MNT_GET_NEXT: 0x8010b70b,
  NS_MNT_GET_PREV: 0x8010b70c,
  NS_GET_ID: 0x8008b70d,
} as const;

/** linux/pidfd.h: a namespace of the process that a pidfd stands for. */
export const PIDFD_NAMESPACE = {
  cgroup: 0xff01,
  ipc: 0xff02,
  mount: 0xff03,
  net: 0xff04,
  pid: 0xff05,
  pid_for_children: 0xff06,
  time: 0xff07,
  time_for_children: 0xff08,
  user: 0xff09,
  uts: 0xff0a,
} as const;

/** netdevice(7), linux/sockios.h. */
export const SIOC = {
  SIOCGIFFLAGS: 0x8913,
  SIOCSIFFLAGS: 0x8914,
  SIOCGIFADDR: 0x8915,
  SIOCSIFADDR: 0x8916,
  SIOCSIFNETMASK: 0x891c,
  SIOCGSKNS: 0x894c,
} as const;

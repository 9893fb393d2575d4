/** Limits of resources, capabilities and kernel parameters. setrlimit(2), capabilities(7), sysctl(8) */
import { CAPABILITIES, hasCapability, sysctl } from './host';
import { always, type Pitfall } from './pitfall';

export const PROCESS_PITFALLS: Pitfall[] = [
  {
    steps: ['raise limit'],
    codes: ['EPERM'],
    confirmed: () => !hasCapability(CAPABILITIES.SYS_RESOURCE),
    reason: 'Only root of the host may raise a hard limit (CAP_SYS_RESOURCE).',
    fix: 'Ask for at most the hard limit, as "hard" does, or raise it for Jest: ulimit -H, limits.conf(5).',
  },
  {
    steps: ['raise limit'],
    codes: ['EPERM'],
    confirmed: always,
    reason: () => `No limit of open files goes beyond fs.nr_open = ${sysctl('fs/nr_open')}.`,
    fix: 'Ask for less, or raise it: sysctl fs.nr_open',
  },
  {
    steps: ['add capability'],
    codes: ['EPERM'],
    confirmed: always,
    reason: 'Nobody can be given a capability that the sandbox itself does not have.',
    fix: 'Leave it out. With the namespace "user" a sandbox has all.',
  },
  {
    steps: ['open sysctl'],
    codes: ['EACCES', 'EROFS', 'EPERM'],
    confirmed: always,
    reason: "Its file is another owner's, or read-only: the kernel keeps it from the sandbox.",
    fix: 'Leave it out of the option "sysctl", or write it as root.',
  },
  {
    steps: ['open sysctl'],
    codes: ['ENOENT'],
    confirmed: always,
    reason: 'This kernel has no such parameter in a namespace.',
    fix: 'Leave it out of the option "sysctl".',
  },
];

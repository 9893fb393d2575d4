/** What a sandbox is like from inside, as a text to compare. */

/** What needs no more than a shell and cat(1): every root of the tests has both. */
const FILES = [
  'self/mountinfo',
  'self/limits',
  'self/status',
  'self/cgroup',
  'self/uid_map',
  'self/gid_map',
  'self/setgroups',
  'self/timens_offsets',
  'net/dev',
  'net/if_inet6',
  'net/route',
  'net/arp',
  'sys/kernel/hostname',
  'sys/kernel/domainname',
  'sys/net/ipv4/ip_unprivileged_port_start',
  'sys/net/ipv4/ping_group_range',
  'sys/net/ipv4/ip_forward',
];

const SCRIPT = `
  for file in ${FILES.join(' ')}; do echo "== $file"; cat "/proc/$file"; done
  echo == directory; pwd; umask
  echo == namespaces
  for name in user mnt pid net ipc uts cgroup time; do readlink /proc/self/ns/$name; done
  echo == files
  for file in /tmp /dev /etc /sys /run; do echo "$file" "$file"/*; done
  exec 2>/dev/null
  echo == session; cat /proc/self/stat
`;

export const TELL = ['/usr/bin/sh', '-c', SCRIPT];

/** By line: what differs from run to run, and how it is written instead. */
const VARIES: [RegExp, string][] = [
  // The mount's id, its parent's, and its device.
  [/^\d+ \d+ \d+:\d+ /, ''],
  [/(shared|master|propagate_from):\d+/g, '$1'],
  [/upperdir=\S+|lowerdir=\S+|workdir=\S+/g, ''],
  [/ns-jest-[\d-]+/g, 'ns-jest'],
  [
    /^(Pid|Tgid|NStgid|NSpid|NSpgid|NSsid|PPid|Ngid|Vm\w+|Rss\w+|\w*ctxt_switches|Cpus\w*|Mems\w*):.*/,
    '',
  ],
  [/^(SigQ|THP_enabled|untag_mask|CoreDumping|Hugetlb\w+|State|voluntary|FDSize):.*/, ''],
  // Link-local addresses come when they come.
  [/^fe80.*/, ''],
  // Counters of the interface; of a route, the addresses that a veth chose.
  [/^ *([\w.]+):( +\d+)+$/, '$1'],
  [/^(\w+)\t[0-9A-F]{8}\t[0-9A-F]{8}\t.*/, '$1'],
  [/\d+\.\d+\.\d+\.\d+( +\S+ +\S+ +([0-9a-f]{2}:){5}[0-9a-f]{2})/, 'address$1'],
];

/** The kernel hashes addresses, and lists them by that. */
function inOrder(told: string): string[] {
  return told.split(/^(?=== )/m).flatMap((section) => {
    const lines = section.split('\n');
    return section.startsWith('== net/') ? lines.sort() : lines;
  });
}

/** What is alike in each run of the same sandbox. @param host The same, told on the host. */
export function alike(told: string, host: string): string {
  const isHosts = new Set(host.split('\n').filter((line) => /^\w+:\[\d+\]$/.test(line)));
  return inOrder(told)
    .map((line) => {
      const namespace = /^(\w+):\[\d+\]$/.exec(line);
      if (namespace) return `${namespace[1]} ${isHosts.has(line) ? "the host's" : 'its own'}`;
      const session = /^\d+ \(cat\) \S (\d+) (\d+) (\d+) /.exec(line);
      if (session) {
        return `group ${session[2] === session[1] ? 'its own' : session[2]}, session ${session[3]}`.replace(
          /\d{2,}/g,
          'N',
        );
      }
      return VARIES.reduce((text, [what, instead]) => text.replace(what, instead), line);
    })
    .filter((line) => line !== '')
    .join('\n');
}

/** Interfaces, and the ways out. */
import type { LinkRequest } from '../../../options/network/interfaces';
import type { Probe } from '../probe';
import { trySandbox } from '../try-sandbox';
import { only } from './only';

function probe(name: string, enables: string, options: object): Probe {
  return {
    name,
    enables,
    async ask() {
      await trySandbox(only(['net'], options));
      return undefined;
    },
  };
}

export const LOOPBACK_PROBES: Probe[] = [
  probe('lo', '127.0.0.1 and ::1 inside', { loopback: true }),
];

/** Those that lie on another lie on a bridge. */
const LINKS: LinkRequest[] = [
  { kind: 'bridge', name: 'b' },
  { kind: 'dummy', name: 'a' },
  { kind: 'ifb', name: 'a' },
  { kind: 'macvlan', name: 'a', parent: 'b' },
  { kind: 'veth', name: 'a', peer: 'c' },
  { kind: 'vlan', name: 'a', parent: 'b', id: 1 },
  { kind: 'vxlan', name: 'a', parent: 'b', id: 1, remote: '10.0.0.2' },
];

const LINKS_PROBE: Probe = {
  name: 'links',
  enables: 'links, ns.interfaces.add: interfaces inside',
  async ask() {
    const had: string[] = [];
    const lacked: string[] = [];
    let refusal: unknown;
    for (const link of LINKS) {
      const links = link.parent === undefined ? [link] : [LINKS[0], link];
      try {
        await trySandbox(only(['net'], { links }));
        had.push(link.kind);
      } catch (error) {
        refusal ??= error;
        lacked.push(link.kind);
      }
    }
    if (had.length === 0) throw refusal;
    return [had.join(', '), ...(lacked.length > 0 ? [`not ${lacked.join(', ')}`] : [])].join('; ');
  },
};

export const NETWORK_PROBES: Probe[] = [
  LINKS_PROBE,
  probe('tun', 'links of kind tun and tap', {
    links: [{ name: 'a', kind: 'tun' }],
  }),
  probe('veth', "network: { type: 'veth', nat: false }: the host, from inside", {
    loopback: true,
    network: { type: 'veth', nat: false },
  }),
  probe('nat', "network: 'veth': what the host reaches, from inside", {
    loopback: true,
    network: 'veth',
  }),
  probe('pasta', "network: 'pasta': the same, without rights", {
    loopback: true,
    network: 'pasta',
  }),
  probe('slirp4netns', "network: 'slirp4netns'", { loopback: true, network: 'slirp4netns' }),
];

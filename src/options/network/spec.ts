import type { NamespaceName } from '../../namespaces';
import type { CheckedOptions } from '../options';
import type { AddressRequest, LinkRequest, NeighbourRequest, RouteRequest } from './interfaces';
import type { PublishedPort } from './publish';
import type { Uplink } from './uplink';

export interface NetworkSpec {
  hostname?: string;
  domainname?: string;
  loopback: boolean;
  /** Ports below 1024, and ICMP echo sockets, are open to every user. */
  openToUsers: boolean;
  uplink?: Uplink;
  publish: PublishedPort[];
  links: LinkRequest[];
  addresses: AddressRequest[];
  routes: RouteRequest[];
  neighbours: NeighbourRequest[];
}

export function toNetworkSpec(
  options: CheckedOptions,
  wanted: (name: NamespaceName) => boolean,
): NetworkSpec {
  const { uplink } = options.network;
  return {
    ...(wanted('uts') ? { hostname: options.hostname, domainname: options.domainname } : {}),
    loopback: wanted('net') && options.loopback,
    openToUsers: wanted('net'),
    ...(uplink === undefined ? {} : { uplink }),
    publish: options.publish,
    links: options.links,
    addresses: options.addresses,
    routes: options.routes,
    neighbours: options.neighbours,
  };
}

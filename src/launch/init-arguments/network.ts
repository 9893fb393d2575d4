import type { LinkRequest, NeighbourRequest } from '../../options/network/interfaces';
import type { NetworkSpec } from '../../options/network/spec';
import type { Uplink } from '../../options/network/uplink';
import { each, flag, text } from './words';

export function networkArguments(spec: NetworkSpec): string[] {
  return [
    ...text('hostname', spec.hostname),
    ...text('domainname', spec.domainname),
    ...flag('loopback', spec.loopback),
    ...flag('open-to-users', spec.openToUsers),
    ...(spec.uplink === undefined ? [] : [`--uplink=${settings(uplinkWords(spec.uplink))}`]),
    ...each('publish', spec.publish.map(settings)),
    ...each('link', spec.links.map(linkWords).map(settings)),
    ...each('address', spec.addresses.map(settings)),
    ...each('route', spec.routes.map(settings)),
    ...each('neighbour', spec.neighbours.map(neighbourWords).map(settings)),
  ];
}

/** `key=value,key=value`. The options' checks let no value have a comma or an equals sign. */
function settings(values: object): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([key, value]) => (value === true ? key : `${key}=${value}`))
    .join(',');
}

function linkWords({ hardwareAddress, up = true, ...link }: LinkRequest): object {
  return { ...link, 'hardware-address': hardwareAddress, up };
}

function uplinkWords({ disableHostLoopback, ...uplink }: Uplink): object {
  return { ...uplink, 'host-loopback': disableHostLoopback === false };
}

function neighbourWords({ hardwareAddress, ...neighbour }: NeighbourRequest): object {
  return { ...neighbour, 'hardware-address': hardwareAddress };
}

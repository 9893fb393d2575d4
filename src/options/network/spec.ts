import type { NamespaceName } from '../../namespaces';
import type { CheckedOptions } from '../options';

export interface NetworkSpec {
  hostname?: string;
  domainname?: string;
  loopback: boolean;
  /** Ports below 1024 are open to every user. */
  lowPorts: boolean;
}

export function toNetworkSpec(
  options: CheckedOptions,
  wanted: (name: NamespaceName) => boolean,
): NetworkSpec {
  return {
    ...(wanted('uts') ? { hostname: options.hostname, domainname: options.domainname } : {}),
    loopback: wanted('net') && options.loopback,
    lowPorts: wanted('net'),
  };
}

import type { NetworkSpec } from '../../options/network/spec';
import { flag, text } from './words';

export function networkArguments(spec: NetworkSpec): string[] {
  return [
    ...text('hostname', spec.hostname),
    ...text('domainname', spec.domainname),
    ...flag('loopback', spec.loopback),
    ...flag('low-ports', spec.lowPorts),
  ];
}

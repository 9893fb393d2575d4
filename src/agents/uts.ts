import type { Core } from './core';
import { struct } from './struct';

const UTSNAME = struct({
  sysname: 'char[65]',
  nodename: 'char[65]',
  release: 'char[65]',
  version: 'char[65]',
  machine: 'char[65]',
  domainname: 'char[65]',
});

export interface UtsName {
  sysname: string;
  /** The hostname. */
  nodename: string;
  release: string;
  version: string;
  machine: string;
  /** The NIS domain name. */
  domainname: string;
}

/** Host name and domain name. uts_namespaces(7) */
export class AgentUts {
  constructor(private readonly core: Core) {}

  get(): UtsName {
    const name = UTSNAME.pack();
    this.core.call('uname', [name]);
    return UTSNAME.unpack(name);
  }

  /** `length` for a wrong one. sethostname(2) */
  setHostname(hostname: string, length = Buffer.byteLength(hostname)): void {
    this.core.call('sethostname', [hostname, length], { hostname });
  }

  setDomainname(domainname: string, length = Buffer.byteLength(domainname)): void {
    this.core.call('setdomainname', [domainname, length], { domainname });
  }
}

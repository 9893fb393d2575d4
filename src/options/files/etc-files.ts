/** /etc/hosts, /etc/hostname and /etc/resolv.conf of the sandbox's own. */
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkArray, checkObject, checkText, wrongOption } from '../check';
import { checkKeys } from './values';

/** Names and their addresses. hosts(5) */
export type Hosts = Record<string, string | string[]>;

/** resolv.conf(5) */
export interface Dns {
  /** Up to three addresses. */
  servers?: string[];
  search?: string[];
  /** As 'ndots:1'. */
  options?: string[];
}

export type CheckedHosts = Record<string, string[]>;
export type CheckedDns = Required<Dns>;

const NAME = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/;

export function readHosts(value: unknown, option: string): CheckedHosts {
  return Object.fromEntries(
    Object.entries(checkObject(option, value)).map(([name, given]) => {
      if (!NAME.test(name)) throw wrongOption(option, 'names of hosts with their addresses', value);
      const addresses = Array.isArray(given) ? given : [given];
      return [name, addresses.map((address) => checkAddress(`${option}.${name}`, address))];
    }),
  );
}

/** As many as the resolver of the C library looks at. resolv.conf(5), MAXNS */
const MAX_SERVERS = 3;

export function readDns(value: unknown, option: string): CheckedDns {
  const given = checkObject(option, value);
  checkKeys(option, given, ['servers', 'search', 'options']);
  const servers = checkArray(`${option}.servers`, given.servers ?? []);
  if (servers.length > MAX_SERVERS) {
    throw wrongOption(`${option}.servers`, `at most ${MAX_SERVERS} addresses`, servers);
  }
  return {
    servers: servers.map((item, index) => checkAddress(`${option}.servers[${index}]`, item)),
    search: readWords(`${option}.search`, given.search),
    options: readWords(`${option}.options`, given.options),
  };
}

function checkAddress(option: string, value: unknown): string {
  if (typeof value !== 'string' || isIP(value) === 0) {
    throw wrongOption(option, 'an IP address', value);
  }
  return value;
}

function readWords(option: string, value: unknown): string[] {
  return checkArray(option, value ?? []).map((item, index) => {
    const word = checkText(`${option}[${index}]`, item);
    if (/\s/.test(word)) throw wrongOption(`${option}[${index}]`, 'one word', item);
    return word;
  });
}

export interface EtcFile {
  target: string;
  content: string;
}

interface Wanted {
  hosts: CheckedHosts | undefined;
  dns: CheckedDns | undefined;
  /** Where it is the sandbox's own. */
  hostname: string | undefined;
  /** The root has none that are meant for this sandbox. */
  all: boolean;
}

export function etcFiles({ hosts, dns, hostname, all }: Wanted): EtcFile[] {
  const files: EtcFile[] = [];
  if (hosts !== undefined || all) {
    files.push({ target: '/etc/hosts', content: hostsText(hosts ?? {}, hostname) });
  }
  // Not every host has the file, and it is no place to make one.
  if (hostname !== undefined && (all || existsSync('/etc/hostname'))) {
    files.push({ target: '/etc/hostname', content: `${hostname}\n` });
  }
  if (dns !== undefined || all) {
    files.push({ target: '/etc/resolv.conf', content: dns ? dnsText(dns) : hostsResolver() });
  }
  return files;
}

function hostsText(hosts: CheckedHosts, hostname: string | undefined): string {
  return [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    // As Debian does for a machine without a fixed address.
    ...(hostname === undefined || Object.hasOwn(hosts, hostname) ? [] : [`127.0.1.1\t${hostname}`]),
    ...Object.entries(hosts).flatMap(([name, ips]) => ips.map((ip) => `${ip}\t${name}`)),
    '',
  ].join('\n');
}

function dnsText({ servers, search, options }: CheckedDns): string {
  return [
    ...servers.map((server) => `nameserver ${server}`),
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');
}

function hostsResolver(): string {
  return existsSync('/etc/resolv.conf') ? readFileSync('/etc/resolv.conf', 'utf8') : '';
}

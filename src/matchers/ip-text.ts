import { isIP, SocketAddress } from 'node:net';

/** '10.0.0.1' or '10.0.0.0/8', taken apart and spelt as the kernel spells it; undefined for other text. */
export function readIpText(
  text: string,
): { family: 'inet' | 'inet6'; address: string; prefixLength?: number } | undefined {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const family = version === 4 ? 'inet' : 'inet6';
  if (prefix === undefined) return { family, address: canonical(address, version) };
  const prefixLength = Number(prefix);
  if (prefixLength > (version === 4 ? 32 : 128)) return undefined;
  return { family, address: canonical(address, version), prefixLength };
}

function canonical(address: string, version: number): string {
  return version === 4 ? address : new SocketAddress({ address, family: 'ipv6' }).address;
}

import type { NetlinkAddressChange } from '../native/binding';
import { callNative } from '../native/load';
import { checkOptions } from './check';
import { interfaceIndex, interfaceNames } from './interface-index';
import {
  FAMILIES,
  type Family,
  familyOf,
  nameOf,
  type Prefix,
  parsePrefix,
  SCOPES,
} from './rtnetlink-names';

/** An IP address of an interface. */
export interface Address {
  interface: string;
  family: Family;
  address: string;
  prefixLength: number;
  /** `global`, `link` or `host`; another as its number. */
  scope: string;
}

export interface AddressRequest {
  interface: string;
  /** With its prefix length: `10.0.0.1/24`, `fd00::1/64`; without one, 32 or 128. */
  address: string;
}

/**
 * IFA_F_NODAD: an IPv6 address can be used at once. Otherwise it is tentative for about a second, in
 * which bind(2) says EADDRNOTAVAIL, for a search for duplicates that a sandbox cannot have. rfc4862
 */
const WITHOUT_DUPLICATE_DETECTION = 0x02;

function parseRequest(
  what: string,
  request: AddressRequest,
): { change: NetlinkAddressChange; facts: { address: string; interface: string } } {
  checkOptions(what, request, ['interface', 'address']);
  const prefix: Prefix = parsePrefix('address', request.address);
  const change = {
    interfaceIndex: interfaceIndex(request.interface),
    family: FAMILIES[prefix.family],
    address: prefix.address,
    prefixLength: prefix.prefixLength,
    flags: prefix.family === 'inet6' ? WITHOUT_DUPLICATE_DETECTION : 0,
  };
  return { change, facts: { address: request.address, interface: request.interface } };
}

/**
 * The IP addresses of all interfaces of this network namespace, of both families.
 *
 * @see rtnetlink(7), RTM_GETADDR
 */
function list(): Address[] {
  const names = interfaceNames();
  return callNative('dumpAddresses', []).map((found) => ({
    interface: names.get(found.interfaceIndex) ?? String(found.interfaceIndex),
    family: familyOf(found.family),
    address: found.address,
    prefixLength: found.prefixLength,
    scope: nameOf(SCOPES, found.scope),
  }));
}

/**
 * Gives an interface an IP address, which can be used at once.
 *
 * @throws TypeError if it is not an address with a prefix length.
 * @throws SystemError EEXIST if it has that one already, ENODEV if there is no such interface, EPERM
 *   without CAP_NET_ADMIN in this network namespace.
 * @see rtnetlink(7), RTM_NEWADDR
 */
function add(request: AddressRequest): void {
  const { change, facts } = parseRequest('ns.addresses.add', request);
  callNative('addAddress', [change], facts);
}

/**
 * Takes an IP address from an interface.
 *
 * @throws TypeError if it is not an address with a prefix length.
 * @throws SystemError EADDRNOTAVAIL if it does not have that one, ENODEV if there is no such
 *   interface, EPERM without CAP_NET_ADMIN in this network namespace.
 * @see rtnetlink(7), RTM_DELADDR
 */
function remove(request: AddressRequest): void {
  const { change, facts } = parseRequest('ns.addresses.remove', request);
  callNative('removeAddress', [change], facts);
}

export const addresses = { list, add, remove };

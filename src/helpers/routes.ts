import type { NetlinkRoute, NetlinkRouteChange } from '../native/binding';
import { callNative } from '../native/load';
import { checkInteger, checkOneOf, checkOptions } from './check';
import { interfaceIndex, interfaceNames } from './interface-index';
import {
  FAMILIES,
  type Family,
  familyOf,
  nameOf,
  parseAddress,
  parsePrefix,
  ROUTE_PROTOCOLS,
  ROUTE_TYPES,
  SCOPES,
  TABLES,
} from './rtnetlink-names';
import { viewRoutes } from './views';

/** One of several ways that a route takes in turn. */
export interface NextHop {
  gateway?: string;
  interface?: string;
  weight: number;
}

/** A route of this network namespace. */
export interface Route {
  family: Family;
  /** `default`, or an address with its prefix length: `10.0.0.0/8`. */
  destination: string;
  gateway?: string;
  interface?: string;
  /** Smaller is preferred; absent for 0. */
  metric?: number;
  /** `main`, `local`, `default`, or another's number. */
  table: string | number;
  /** `unicast`, `local`, `blackhole` and so on; ip-route(8). */
  type: string;
  /** `global`, `link` or `host`; another as its number. */
  scope: string;
  /** Who made it: `kernel`, `boot` (ip and this package), `static`; another as its number. */
  protocol: string;
  /** The address that packets leave with unless bound to another. */
  source?: string;
  /** In place of gateway and interface, where the route has several. */
  nextHops?: NextHop[];
}

export interface RouteListOptions {
  /** Both by default. */
  family?: Family;
  /** `main` by default. */
  table?: 'all' | keyof typeof TABLES | number;
}

const CHANGEABLE_TYPES = ['unicast', 'blackhole', 'unreachable', 'prohibit', 'throw'] as const;

export interface RouteRequest {
  /** `default`, or an address with its prefix length: `10.0.0.0/8`; without one, 32 or 128. */
  destination: string;
  /** The next router's address. */
  gateway?: string;
  /** The interface to leave by. */
  interface?: string;
  /** Smaller is preferred. The kernel's default is 0 for IPv4 and 1024 for IPv6. */
  metric?: number;
  /**
   * `unicast` by default. The others refuse packets: connect(2) says EINVAL for `blackhole`,
   * EHOSTUNREACH for `unreachable` and EACCES for `prohibit`; `throw` makes the kernel look on in the
   * next table, and is ENETUNREACH if there is none.
   */
  type?: (typeof CHANGEABLE_TYPES)[number];
  /** Says whose `default` is meant if there is no gateway; `inet` by default. */
  family?: Family;
}

function destinationText({ destination, prefixLength, family }: NetlinkRoute): string {
  if (prefixLength === 0) return 'default';
  return `${destination ?? (familyOf(family) === 'inet' ? '0.0.0.0' : '::')}/${prefixLength}`;
}

function toRoute(found: NetlinkRoute, names: Map<number, string>): Route {
  const viaOf = (hop: { gateway?: string; interfaceIndex: number }) => ({
    ...(hop.gateway !== undefined && { gateway: hop.gateway }),
    ...(hop.interfaceIndex !== 0 && {
      interface: names.get(hop.interfaceIndex) ?? String(hop.interfaceIndex),
    }),
  });
  const table = Object.entries(TABLES).find(([, number]) => number === found.table)?.[0];
  const nextHops = found.nextHops.map((hop) => ({ ...viaOf(hop), weight: hop.weight }));
  return {
    family: familyOf(found.family),
    destination: destinationText(found),
    ...viaOf(found),
    ...(found.metric !== 0 && { metric: found.metric }),
    table: table ?? found.table,
    type: nameOf(ROUTE_TYPES, found.type),
    scope: nameOf(SCOPES, found.scope),
    protocol: nameOf(ROUTE_PROTOCOLS, found.protocol),
    ...(found.source !== undefined && { source: found.source }),
    ...(nextHops.length > 0 && { nextHops }),
  };
}

function tableNumber(table: unknown): number | undefined {
  if (table === 'all') return undefined;
  if (typeof table === 'number') return checkInteger('table', table, { min: 1, max: 2 ** 32 - 1 });
  const names = Object.keys(TABLES) as Array<keyof typeof TABLES>;
  return TABLES[checkOneOf('table', table, ['all', ...names]) as keyof typeof TABLES];
}

/**
 * The routes of this network namespace: those of the main table, or of another one, or of all.
 *
 * @see rtnetlink(7), RTM_GETROUTE; ip-route(8)
 */
function list(options: RouteListOptions = {}): Route[] {
  checkOptions('ns.routes.list', options, ['family', 'table']);
  const table = tableNumber(options.table ?? 'main');
  const all = Object.keys(FAMILIES) as Family[];
  const families = options.family === undefined ? all : [checkOneOf('family', options.family, all)];
  const names = interfaceNames();
  return families
    .flatMap((family) => callNative('dumpRoutes', [FAMILIES[family]]))
    .filter((found) => table === undefined || found.table === table)
    .map((found) => toRoute(found, names));
}

function parseDestination(request: RouteRequest, gatewayFamily: Family | undefined) {
  if (request.destination !== 'default') return parsePrefix('destination', request.destination);
  return { family: gatewayFamily ?? request.family ?? 'inet', address: null, prefixLength: 0 };
}

function parseRequest(what: string, request: RouteRequest): NetlinkRouteChange {
  checkOptions(what, request, ['destination', 'gateway', 'interface', 'metric', 'type', 'family']);
  const type = checkOneOf('type of the route', request.type ?? 'unicast', CHANGEABLE_TYPES);
  const goesSomewhere = request.gateway !== undefined || request.interface !== undefined;
  if (type !== 'unicast' && goesSomewhere) {
    throw new TypeError(`A route of type '${type}' has neither a gateway nor an interface`);
  }
  if (request.family !== undefined) {
    checkOneOf('family', request.family, Object.keys(FAMILIES) as Family[]);
  }
  const gateway =
    request.gateway === undefined ? undefined : parseAddress('gateway', request.gateway);
  const destination = parseDestination(request, gateway?.family);
  const wrong = [gateway?.family, request.family].find(
    (family) => family !== undefined && family !== destination.family,
  );
  if (wrong !== undefined) {
    throw new TypeError(
      `Expected a route of one family, got ${destination.family} for the destination and ${wrong}`,
    );
  }
  return {
    family: FAMILIES[destination.family],
    destination: destination.address,
    prefixLength: destination.prefixLength,
    gateway: gateway?.address ?? null,
    interfaceIndex: request.interface === undefined ? null : interfaceIndex(request.interface),
    metric:
      request.metric === undefined
        ? null
        : checkInteger('metric', request.metric, { min: 0, max: 2 ** 32 - 1 }),
    table: TABLES.main,
    type: ROUTE_TYPES[type],
    scope: SCOPES.global,
    protocol: ROUTE_PROTOCOLS.boot,
  };
}

function factsOf({ destination, gateway, interface: name }: RouteRequest) {
  return { destination, gateway, interface: name };
}

/**
 * Adds a route to the main table.
 *
 * @throws TypeError if the request cannot be right.
 * @throws SystemError EEXIST if there is one already, ENETUNREACH if the gateway cannot be reached,
 *   ENETDOWN if the interface is down, ENODEV if there is none, EINVAL for a destination with bits
 *   beyond its prefix, EPERM without CAP_NET_ADMIN in this network namespace.
 * @see rtnetlink(7), RTM_NEWROUTE; ip-route(8)
 */
function add(request: RouteRequest): void {
  const route = parseRequest('ns.routes.add', request);
  if (route.type === ROUTE_TYPES.unicast) {
    if (route.gateway === null && route.interfaceIndex === null) {
      throw new TypeError('Expected the gateway or the interface of the route');
    }
    // As ip(8) does: without a gateway the destination is on the link itself.
    if (route.gateway === null && route.family === FAMILIES.inet) route.scope = SCOPES.link;
  }
  callNative('addRoute', [route], factsOf(request));
}

/**
 * Removes the first route of the main table that is like this; what is left out matches all.
 *
 * @throws TypeError if the request cannot be right.
 * @throws SystemError ESRCH if there is none (ENOENT for the IPv6 default), ENODEV if there is no such
 *   interface, EPERM without CAP_NET_ADMIN in this network namespace.
 * @see rtnetlink(7), RTM_DELROUTE; ip-route(8)
 */
function remove(request: RouteRequest): void {
  const route = parseRequest('ns.routes.remove', request);
  // For a removal, these values are the ones that match all: net/ipv4/fib_trie.c.
  const wildcard = { scope: SCOPES.nowhere, protocol: ROUTE_PROTOCOLS.unspec };
  const type = request.type === undefined ? ROUTE_TYPES.unspec : route.type;
  callNative('removeRoute', [{ ...route, ...wildcard, type }], factsOf(request));
}

/**
 * The routes as lines that are the same in every run, for `toMatchSnapshot()`; takes what `list` takes.
 * Link-local routes, which the kernel makes in its own time, and default metrics are left out.
 */
function view(options: RouteListOptions = {}): string[] {
  return viewRoutes(list(options));
}

export const routes = { list, add, remove, view };

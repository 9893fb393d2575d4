import os from 'node:os';
import path from 'node:path';
import { hiddenMounts } from '../matchers/hidden-mounts';
import type { Address } from './addresses';
import type { Interface } from './interfaces';
import type { Mount, MountPropagation } from './parse-mountinfo';
import type { Route } from './routes';

// Lines for snapshots: what a test decides stays, what differs from run to run, from user to user or from
// machine to machine is left out or has a name in angle brackets. docs/helpers.md says which.

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Of file systems: sizes and ids that the machine or the user decides, and numbers of the moment. */
const VOLATILE_OPTIONS = [
  ...['uid', 'gid', 'user_id', 'group_id', 'rootmode', 'nr_inodes', 'nr_blocks', 'inode64'],
  ...['fd', 'pgrp', 'pipe_ino', 'minproto', 'maxproto', 'timeout'],
];

/** Names of mkdtemp(3) below the directory for temporary files, and inode numbers of namespaces. */
export function normalisePath(text: string, temporary = os.tmpdir()): string {
  return text
    .replaceAll(/\b(\w+):\[\d+\]/g, '$1:[<inode>]')
    .split(':/')
    .map((part, index) => (index === 0 ? part : `/${part}`))
    .map((part) => withoutRandomNames(part, temporary))
    .join(':');
}

function withoutRandomNames(text: string, temporary: string): string {
  const start = text.indexOf(`${temporary}/`);
  if (start === -1) return text;
  const rest = text.slice(start + temporary.length);
  return (
    text.slice(0, start) + temporary + rest.replaceAll(/-[A-Za-z0-9]{6}(?=\/|$)/g, '-<random>')
  );
}

function propagationText({ shared, master, unbindable }: MountPropagation): string {
  const words = [
    ...(shared === undefined ? [] : ['shared']),
    ...(master === undefined ? [] : ['slave']),
    ...(unbindable ? ['unbindable'] : []),
  ];
  return words.length === 0 ? '' : ` ${words.join(',')}`;
}

function mountLine(mount: Mount): string {
  const { target, type, source, root, options, superOptions, propagation } = mount;
  const part = root === '/' ? '' : `[${normalisePath(root)}]`;
  const ofFileSystem = superOptions
    .filter((option) => !VOLATILE_OPTIONS.includes(option.split('=')[0] as string))
    .map((option) => normalisePath(option));
  return (
    `${normalisePath(target)} ${type} ${normalisePath(source)}${part} ` +
    `(${options.join(',')}; ${ofFileSystem.join(',')})${propagationText(propagation)}`
  );
}

/** The mounts that a path leads to, by their targets. */
export function viewMounts(mounts: readonly Mount[], below: string): string[] {
  const hidden = hiddenMounts(mounts);
  const directory = path.resolve(below);
  const prefix = directory === '/' ? '/' : `${directory}/`;
  return mounts
    .filter(({ id, target }) => {
      return !hidden.has(id) && (target === directory || target.startsWith(prefix));
    })
    .map(mountLine)
    .sort(compare);
}

/** The kernel makes these by itself, some time after an interface is up. */
function isLinkLocal(destination: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(destination);
}

/** The kernel's own defaults: 0 for IPv4, 256 and 1024 for IPv6. */
const DEFAULT_METRICS = [undefined, 256, 1024];

function way({ gateway, interface: name }: Pick<Route, 'gateway' | 'interface'>): string[] {
  return [
    ...(gateway === undefined ? [] : [`via ${isLinkLocal(gateway) ? '<link-local>' : gateway}`]),
    ...(name === undefined ? [] : [`dev ${name}`]),
  ];
}

function routeLine(route: Route): string {
  const { family, destination, type, table, scope, source, metric, nextHops = [] } = route;
  return [
    family,
    ...(type === 'unicast' ? [] : [type]),
    destination,
    ...way(route),
    ...(table === 'main' ? [] : [`table ${table}`]),
    ...(scope === 'global' ? [] : [`scope ${scope}`]),
    ...(source === undefined ? [] : [`src ${source}`]),
    ...(DEFAULT_METRICS.includes(metric) ? [] : [`metric ${metric}`]),
    ...nextHops.map((hop) => ['nexthop', ...way(hop), `weight ${hop.weight}`].join(' ')),
  ].join(' ');
}

/** Routes but for link-local ones, in the order of their texts. */
export function viewRoutes(routes: readonly Route[]): string[] {
  return routes
    .filter(({ destination }) => !isLinkLocal(destination))
    .map(routeLine)
    .sort(compare);
}

function interfaceLines(found: Interface, addresses: readonly Address[]): string[] {
  const { name, kind, type, state, mtu, master, link } = found;
  const peer = link === undefined ? [] : [`link ${/^if\d+$/.test(link) ? '<elsewhere>' : link}`];
  const head = [
    `${name}: ${kind ?? type} ${state} mtu ${mtu}`,
    ...(master === undefined ? [] : [`master ${master}`]),
    ...peer,
  ];
  const own = addresses
    .filter((address) => address.interface === name && !isLinkLocal(address.address))
    .map(
      ({ family, address, prefixLength, scope }) =>
        `  ${family} ${address}/${prefixLength}${scope === 'global' ? '' : ` scope ${scope}`}`,
    );
  return [head.join(' '), ...own.sort(compare)];
}

/** Interfaces by their names, each followed by its addresses but for link-local ones. */
export function viewInterfaces(
  interfaces: readonly Interface[],
  addresses: readonly Address[],
): string[] {
  return [...interfaces]
    .sort((a, b) => compare(a.name, b.name))
    .flatMap((found) => interfaceLines(found, addresses));
}

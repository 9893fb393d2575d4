import type { IdMapping } from '../options/identity';
import type { SandboxSpec } from '../options/sandbox-spec';

/** Descriptors of ns-init, as the launcher lays them out. */
export const DESCRIPTORS = { channel: 3, status: 4, lifeline: 5, debug: 6 } as const;

/** Sandbox spec to the command line of ns-init. `ns-init` without arguments prints what each means. */
export function initArguments(spec: SandboxSpec, command: string[], passFds: number[]): string[] {
  const list = (name: string, values: readonly string[]) =>
    values.length > 0 ? [`--${name}=${values.join(',')}`] : [];
  const each = (name: string, values: readonly string[]) =>
    values.map((value) => `--${name}=${value}`);
  const flag = (name: string, on: boolean) => (on ? [`--${name}`] : []);
  const text = (name: string, value: string | undefined) =>
    value === undefined ? [] : [`--${name}=${value}`];
  const mapping = ({ inside, outside, count }: IdMapping) => `${inside}:${outside}:${count}`;

  return [
    ...list('unshare', spec.namespaces),
    ...list('try', spec.tryNamespaces),
    ...each('uid-map', spec.uidMap.map(mapping)),
    ...each('gid-map', spec.gidMap.map(mapping)),
    ...flag('deny-setgroups', spec.denySetgroups),
    ...flag('proc', spec.proc),
    ...flag('protect-proc', spec.protectProc),
    ...flag('sys', spec.sys),
    ...flag('protect-sys', spec.protectSys),
    ...flag('dev', spec.dev),
    ...flag('mqueue', spec.mqueue),
    ...each('tmpfs', spec.tmpfs),
    ...each('directory', spec.directories),
    ...each('keep', spec.keep),
    ...spec.bind.flatMap(({ source, target, readonly }) => [
      `--${readonly ? 'ro-bind' : 'bind'}=${source}`,
      `--onto=${target}`,
    ]),
    ...text('hostname', spec.hostname),
    ...text('domainname', spec.domainname),
    ...flag('loopback', spec.loopback),
    ...flag('low-ports', spec.lowPorts),
    `--status-fd=${DESCRIPTORS.status}`,
    `--lifeline-fd=${DESCRIPTORS.lifeline}`,
    ...each('pass-fd', passFds.map(String)),
    '--',
    ...command,
  ];
}

import type { CheckedMount } from '../../options/files/mounts';
import type { FileSpec } from '../../options/files/spec';
import { each, flag, text } from './words';

export function fileArguments(spec: FileSpec): string[] {
  return [
    ...rootArguments(spec),
    ...text('propagation', spec.propagation === 'private' ? undefined : spec.propagation),
    ...flag('proc', spec.proc),
    ...flag('protect-proc', spec.protectProc),
    ...flag('sys', spec.sys),
    ...flag('protect-sys', spec.protectSys),
    ...flag('dev', spec.dev === 'minimal'),
    ...flag('empty-dev', spec.dev === 'none'),
    ...flag('mqueue', spec.mqueue),
    ...spec.tmpfs.flatMap(({ path, data }) => [`--tmpfs=${path}`, ...text('tmpfs-data', data)]),
    ...each('directory', spec.directories),
    ...spec.keep.map(({ path, readonly }) => `--${readonly ? 'ro-keep' : 'keep'}=${path}`),
    ...spec.lend.flatMap(({ source, target }) => [`--lend=${source}`, `--onto=${target}`]),
    ...spec.mounts.flatMap(mountArguments),
    ...each('mask', spec.masked),
    ...each('make-readonly', spec.readonly),
  ];
}

function rootArguments({ root }: FileSpec): string[] {
  if (root.kind === 'host') return [];
  return [
    `--root=${root.kind}`,
    ...each('layer', root.layers),
    ...text('root-data', root.size === undefined ? undefined : `mode=755,size=${root.size}`),
    ...flag('root-readonly', root.readonly),
  ];
}

function mountArguments(mount: CheckedMount): string[] {
  return [
    `--mount=${mount.type}`,
    ...each('from', mount.sources),
    `--onto=${mount.target}`,
    ...text('with', mount.data),
    ...text('upper', mount.upper),
    ...text('work', mount.work),
    ...flag('readonly', mount.readonly),
    ...flag('devices', mount.dev),
  ];
}

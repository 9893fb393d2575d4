import type { FileSpec } from '../../options/files/spec';
import { each, flag } from './words';

export function fileArguments(spec: FileSpec): string[] {
  return [
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
  ];
}

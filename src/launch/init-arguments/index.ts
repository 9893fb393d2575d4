import type { SandboxSpec } from '../../options/sandbox-spec';
import { fileArguments } from './files';
import { idArguments } from './ids';
import { networkArguments } from './network';
import { each, list } from './words';

/** Descriptors of ns-init, as the launcher lays them out. */
export const DESCRIPTORS = { channel: 3, status: 4, lifeline: 5, debug: 6 } as const;

/** Sandbox spec to the command line of ns-init. `ns-init` without arguments prints what each means. */
export function initArguments(spec: SandboxSpec, command: string[], passFds: number[]): string[] {
  return [
    ...list('unshare', spec.namespaces),
    ...list('try', spec.tryNamespaces),
    ...idArguments(spec.ids),
    ...fileArguments(spec.files),
    ...networkArguments(spec.network),
    `--status-fd=${DESCRIPTORS.status}`,
    `--lifeline-fd=${DESCRIPTORS.lifeline}`,
    ...each('pass-fd', passFds.map(String)),
    '--',
    ...command,
  ];
}

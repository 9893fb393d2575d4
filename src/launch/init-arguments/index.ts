import type { SandboxSpec } from '../../options/sandbox-spec';
import type { Descriptors } from './descriptors';
import { fileArguments } from './files';
import { idArguments } from './ids';
import { limitArguments } from './limits';
import { networkArguments } from './network';
import { processArguments } from './processes';
import { each, list } from './words';

/** Sandbox spec to the command line of ns-init. `ns-init` without arguments prints what each means. */
export function initArguments(
  spec: SandboxSpec,
  command: string[],
  { status, lifeline, copy }: Descriptors,
  passFds: number[],
  isCopy = false,
): string[] {
  return [
    ...list('unshare', spec.namespaces),
    ...list('try', spec.tryNamespaces),
    ...each(
      'join',
      spec.joins.map(({ name, path }) => `${name}:${path}`),
    ),
    ...idArguments(spec.ids),
    ...fileArguments(spec.files),
    ...networkArguments(spec.network),
    ...processArguments(spec.processes),
    ...limitArguments(spec.limits),
    `--status-fd=${status}`,
    `--lifeline-fd=${lifeline}`,
    ...each('pass-fd', passFds.map(String)),
    ...(isCopy ? [`--copy-fd=${copy}`] : []),
    '--',
    ...command,
  ];
}

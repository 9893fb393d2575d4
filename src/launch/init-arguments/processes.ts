import type { CheckedOffset } from '../../options/processes/clocks';
import type { ProcessSpec } from '../../options/processes/spec';
import { each, flag, text } from './words';

/** All but `passFds`, which are descriptors among others. */
export function processArguments(spec: ProcessSpec): string[] {
  return [
    ...flag('as-pid-1', spec.asPid1),
    ...flag('keep-session', spec.keepSession),
    ...text('chdir', spec.cwd),
    ...text('umask', spec.umask?.toString(8)),
    ...each(
      'rlimit',
      spec.rlimits.map(({ name, soft = '', hard = '' }) => `${name}:${soft}:${hard}`),
    ),
    ...each('cap-drop', spec.dropCapabilities),
    ...each('cap-add', spec.addCapabilities),
    ...flag('no-new-privs', spec.noNewPrivileges),
    ...text('seccomp', spec.filter),
    ...text('forward-signals', spec.forwardSignals?.join(',')),
    ...text('kill-signal', spec.kill?.signal.toString()),
    ...text('kill-delay', spec.kill?.delay.toString()),
    ...text('monotonic', offset(spec.monotonic)),
    ...text('boottime', offset(spec.boottime)),
    ...each(
      'sysctl',
      spec.sysctls.map(([name, value]) => `${name}=${value}`),
    ),
  ];
}

function offset(given: CheckedOffset | undefined): string | undefined {
  return given && `${given.secs}:${given.nanos}`;
}

import type { LimitSpec } from '../../options/limits/spec';
import { each, text } from './words';

export function limitArguments(spec: LimitSpec): string[] {
  return spec.groups.flatMap(({ parent, home, files, show }) => [
    `--cgroup=${parent}`,
    `--cgroup-home=${home}`,
    ...each(
      'cgroup-set',
      files.map(({ name, value }) => `${name}=${value}`),
    ),
    ...text('cgroup-show', show),
  ]);
}

import type { IdMapping } from '../../options/ids/identity';
import type { IdSpec } from '../../options/ids/spec';
import { each, flag } from './words';

export function idArguments(spec: IdSpec): string[] {
  const mapping = ({ inside, outside, count }: IdMapping) => `${inside}:${outside}:${count}`;
  return [
    ...each('uid-map', spec.uidMap.map(mapping)),
    ...each('gid-map', spec.gidMap.map(mapping)),
    ...flag('deny-setgroups', spec.denySetgroups),
  ];
}

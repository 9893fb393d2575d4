import type { IdMapping } from '../../options/ids/id-maps';
import type { IdSpec } from '../../options/ids/spec';
import { each, flag, text } from './words';

export function idArguments(spec: IdSpec): string[] {
  const mapping = ({ inside, outside, count }: IdMapping) => `${inside}:${outside}:${count}`;
  return [
    ...each('uid-map', spec.uidMap.map(mapping)),
    ...each('gid-map', spec.gidMap.map(mapping)),
    ...flag('deny-setgroups', spec.denySetgroups),
    ...text('newuidmap', spec.newuidmap),
    ...text('newgidmap', spec.newgidmap),
    ...text('init-ids', spec.init && `${spec.init.uid}:${spec.init.gid}`),
    ...text('uid', spec.user?.uid?.toString()),
    ...text('gid', spec.user?.gid?.toString()),
    ...flag('clear-groups', spec.user?.clearGroups ?? false),
    ...each('readable', spec.readable),
  ];
}

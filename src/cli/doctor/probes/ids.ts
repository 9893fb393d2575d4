/** Ids inside that stand for ids outside. */
import type { Probe } from '../probe';
import { trySandbox } from '../try-sandbox';
import { only } from './only';

function probe(name: string, enables: string, options: object): Probe {
  return {
    name,
    enables,
    async ask() {
      const { uidMap } = (await trySandbox(only([], options))).spec.ids;
      const count = uidMap.reduce((sum, mapping) => sum + mapping.count, 0);
      return count === 1 ? 'one id' : `${count} ids`;
    },
  };
}

export const ID_PROBES: Probe[] = [probe('ids', 'the user is root inside', {})];

export const FURTHER_ID_PROBES: Probe[] = [
  probe('further ids', 'mapAuto, uidMap, gidMap, uid, gid', { mapAuto: true }),
];

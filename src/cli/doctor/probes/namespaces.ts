/** Each namespace, alone and with the others. */
import { NAMESPACES } from '../../../namespaces';
import type { Probe } from '../probe';
import { trySandbox } from '../try-sandbox';
import { only } from './only';

export const NAMESPACE_PROBES: Probe[] = [
  ...NAMESPACES.map(
    ({ name, isolates }): Probe => ({
      name: `namespace ${name}`,
      enables: isolates,
      async ask() {
        await trySandbox(only([name]));
        return undefined;
      },
    }),
  ),
  {
    name: 'namespaces',
    enables: 'all eight at once',
    async ask() {
      await trySandbox(only(NAMESPACES.map(({ name }) => name)));
      return undefined;
    },
  },
];

export const WITHOUT_USER: Probe = {
  name: 'without user',
  enables: "namespaces: { user: false }: root's own rights inside",
  async ask() {
    await trySandbox({ namespaces: { user: false } });
    return undefined;
  },
};

/** What is mounted in a sandbox. */
import type { NamespaceName } from '../../../namespaces';
import type { Probe } from '../probe';
import { trySandbox } from '../try-sandbox';
import { only } from './only';

function probe(name: string, enables: string, needs: NamespaceName[], options: object): Probe {
  return {
    name,
    enables,
    async ask() {
      const { fallbacks } = await trySandbox(only(['mount', ...needs], options));
      const told = fallbacks.map(
        ({ wanted, instead, code }) => `by ${instead}, as ${wanted} failed with ${code}`,
      );
      return told.join('; ') || undefined;
    },
  };
}

export const MOUNT_PROBES: Probe[] = [
  probe('tmpfs', 'tmpfs: an empty /tmp, /dev/shm and /run', [], { tmpfs: ['/tmp', '/run'] }),
  probe('/proc', 'a private /proc', ['pid'], {}),
  probe('/sys', "a /sys of the sandbox's own network", ['net'], {}),
  probe('/dev', "dev: 'minimal'", [], { dev: 'minimal' }),
  probe('message queues', 'a /dev/mqueue of its own', ['ipc'], { dev: 'minimal' }),
];

export const ROOT_PROBES: Probe[] = [
  probe('root overlay', "root: { type: 'overlay' }", ['pid'], { root: { type: 'overlay' } }),
  probe('root empty', "root: { type: 'empty' }", ['pid'], {
    root: { type: 'empty' },
    dev: 'minimal',
  }),
  probe('overlay', "mounts: [{ type: 'overlay', … }]", [], {
    tmpfs: ['/tmp'],
    mounts: [{ type: 'overlay', target: '/tmp/over', lower: ['/etc'] }],
  }),
];

/** With --detectOpenHandles: what the file opens, by async_hooks. */
import { createHook } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenHandle } from '../channel/messages';

/** Jest's own figure: a closed server is destroyed only after its callback. */
const DESTROY_MS = 100;
const STACK_LIMIT = 100;

interface Resource {
  id: number;
  type: string;
  /** Where it was made: read at once, while the source maps of the file are at hand. */
  stack: string;
  trigger: Resource | undefined;
  isOpen: boolean;
  target: WeakRef<object>;
}

/** Starts to watch; the function it returns ends that, and lists what is open and what it came from. */
export function watchOpenHandles(): () => Promise<OpenHandle[]> {
  const resources = new Map<number, Resource>();
  const hook = createHook({
    init: function init(id, type, trigger, target) {
      // Never keep a process alive, and are by far the most.
      if (type === 'PROMISE') return;
      resources.set(id, {
        id,
        type,
        stack: stackAbove(init, type),
        trigger: resources.get(trigger),
        isOpen: true,
        target: new WeakRef(target),
      });
    },
    destroy(id) {
      const resource = resources.get(id);
      if (resource === undefined) return;
      resource.isOpen = false;
      // What it has triggered holds on to it; a file of many requests keeps none of the others.
      resources.delete(id);
    },
  });
  hook.enable();
  return async () => {
    await sleep(DESTROY_MS);
    hook.disable();
    return withTriggers([...resources.values()]);
  };
}

/** Open handles, and their chains of triggers, in the order in which they were made. */
function withTriggers(resources: Resource[]): OpenHandle[] {
  const wanted = new Set<Resource>();
  for (const resource of resources.filter(keepsAlive)) {
    let next: Resource | undefined = resource;
    while (next && !wanted.has(next)) {
      wanted.add(next);
      next = next.trigger;
    }
  }
  return [...wanted]
    .sort((one, other) => one.id - other.id)
    .map((resource) => ({
      id: resource.id,
      resource: resource.type,
      stack: resource.stack,
      trigger: resource.trigger?.id,
      isOpen: keepsAlive(resource),
    }));
}

function keepsAlive({ isOpen, target }: Resource): boolean {
  if (!isOpen) return false;
  const resource = target.deref() as { hasRef?(): boolean } | undefined;
  if (resource === undefined) return false;
  return resource.hasRef?.() ?? true;
}

/** The stack as Jest's own collector would have it, with the kind of resource for a message. */
function stackAbove(frame: (...rest: never[]) => unknown, type: string): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = STACK_LIMIT;
  const error = new Error(type);
  Error.captureStackTrace(error, frame);
  const stack = String(error.stack);
  Error.stackTraceLimit = stackTraceLimit;
  return stack;
}

/** With --detectOpenHandles: what the file opens, by async_hooks. */
import { createHook } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenHandle } from '../channel/messages';

/** Jest's own figure: a closed server is destroyed only after its callback. */
const DESTROY_MS = 100;
const STACK_LIMIT = 100;

interface Resource extends OpenHandle {
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
        resource: type,
        stack: stackAbove(init, type),
        trigger: resources.get(trigger)?.isOpen ? trigger : undefined,
        isOpen: true,
        target: new WeakRef(target),
      });
    },
    destroy(id) {
      const resource = resources.get(id);
      if (resource) resource.isOpen = false;
    },
  });
  hook.enable();
  return async () => {
    await sleep(DESTROY_MS);
    hook.disable();
    return withTriggers(resources);
  };
}

/** Open handles, and their chains of triggers, in the order in which they were made. */
function withTriggers(resources: Map<number, Resource>): OpenHandle[] {
  const wanted = new Map<number, OpenHandle>();
  const want = ({ target: _, ...handle }: Resource, isOpen: boolean) => {
    if (wanted.get(handle.id)?.isOpen) return;
    wanted.set(handle.id, { ...handle, isOpen });
    const trigger = handle.trigger === undefined ? undefined : resources.get(handle.trigger);
    if (trigger) want(trigger, keepsAlive(trigger));
  };
  for (const resource of resources.values()) {
    if (keepsAlive(resource)) want(resource, true);
  }
  return [...wanted.values()].sort((one, other) => one.id - other.id);
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
  Error.stackTraceLimit = stackTraceLimit;
  return String(error.stack);
}

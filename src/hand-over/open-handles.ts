import { AsyncResource } from 'node:async_hooks';
import type { OpenHandle } from '../channel/messages';

/** Held until Jest, at the end of the run, asks what is still open. */
const open: AsyncResource[] = [];

/**
 * With --detectOpenHandles Jest watches its own process by async_hooks and prints what is still open at
 * the end. What a file left open was open in its test process: here it is made anew, as resources of
 * the same type with the same stacks, so that Jest itself decides what to tell, and how.
 */
export function showOpenHandles(handles: OpenHandle[]): void {
  const made = new Map<number, AsyncResource>();
  for (const { id, resource, stack, trigger } of handles) {
    const triggerAsyncId = trigger === undefined ? undefined : made.get(trigger)?.asyncId();
    made.set(
      id,
      withStack(stack, () => makeResource(resource, triggerAsyncId)),
    );
  }
  for (const { id, isOpen } of handles) {
    const resource = made.get(id) as AsyncResource;
    if (isOpen) open.push(resource);
    else resource.emitDestroy();
  }
}

function makeResource(type: string, triggerAsyncId: number | undefined): AsyncResource {
  return new AsyncResource(type, {
    requireManualDestroy: true,
    ...(triggerAsyncId === undefined ? {} : { triggerAsyncId }),
  });
}

/** Whatever looks at its call stack within `make` sees this one. */
function withStack<T>(stack: string, make: () => T): T {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = () => stack;
  try {
    return make();
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}

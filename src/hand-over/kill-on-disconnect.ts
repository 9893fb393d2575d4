import type { Sandbox } from '../launch/open-sandbox';

const open = new Set<Sandbox>();

/**
 * A worker of Jest's outlives a Jest that is killed, until its file has ended. The sandbox does not.
 * Returns what ends this care.
 */
export function killOnDisconnect(sandbox: Sandbox): () => void {
  if (open.size === 0) process.on('disconnect', killAll);
  open.add(sandbox);
  return () => {
    open.delete(sandbox);
    if (open.size === 0) process.off('disconnect', killAll);
  };
}

function killAll(): void {
  for (const sandbox of open) sandbox.kill();
}

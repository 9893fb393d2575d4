interface Killable {
  kill(): void;
}

const open = new Set<Killable>();

/**
 * A worker of Jest's outlives a Jest that is killed, until its file has ended. What it opened does not.
 * Returns what ends this care.
 */
export function killOnDisconnect(opened: Killable): () => void {
  // It may have happened before. Who is no worker has no such property.
  if (process.connected === false) opened.kill();
  if (open.size === 0) process.on('disconnect', killAll);
  open.add(opened);
  return () => {
    open.delete(opened);
    if (open.size === 0) process.off('disconnect', killAll);
  };
}

function killAll(): void {
  for (const opened of open) opened.kill();
}

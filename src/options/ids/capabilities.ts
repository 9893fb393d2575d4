import { readFileSync } from 'node:fs';

/** Tells of a capability's number whether this process has it in effect. capabilities(7) */
export function effectiveCapabilities(): (capability: bigint) => boolean {
  const text = /^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  const capabilities = BigInt(`0x${text ?? 0}`);
  return (capability) => ((capabilities >> capability) & 1n) === 1n;
}

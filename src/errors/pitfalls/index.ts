/**
 * What goes wrong around namespaces, by step and errno: how its cause is confirmed, and the fix. Errors of a
 * run, `ns-jest doctor` and docs/troubleshooting.md say the same of it.
 */
import { CACHE_PITFALLS } from './cache';
import { ID_PITFALLS } from './ids';
import { LIMIT_PITFALLS } from './limits';
import { MOUNT_PITFALLS } from './mounts';
import { NAMESPACE_PITFALLS } from './namespaces';
import { NETWORK_PITFALLS } from './network';
import type { Pitfall, Text } from './pitfall';
import { PROCESS_PITFALLS } from './processes';
import { START_PITFALLS } from './start';

/** In the order in which they are tried: the more particular cause first. */
export const PITFALLS: Pitfall[] = [
  ...CACHE_PITFALLS,
  ...START_PITFALLS,
  ...NAMESPACE_PITFALLS,
  ...ID_PITFALLS,
  ...MOUNT_PITFALLS,
  ...NETWORK_PITFALLS,
  ...PROCESS_PITFALLS,
  ...LIMIT_PITFALLS,
];

/** A cause that a probe confirmed, and what to do about it. */
export interface Hint {
  reason: string;
  fix: string;
}

/** The confirmed cause of a failed step, or undefined when no probe confirms one. */
export function hintFor(step: string, code: string, subject: string): Hint | undefined {
  const found = PITFALLS.find(
    ({ steps, codes, confirmed }) =>
      codes.includes(code) && steps.some((name) => step.startsWith(name)) && confirmed(subject),
  );
  const said = (text: Text) => (typeof text === 'string' ? text : text(subject));
  return found && { reason: said(found.reason), fix: said(found.fix) };
}

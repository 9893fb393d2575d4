/** Where the time of a file goes, with the variable NS_JEST_TRACE: one line a file, on standard error. */
import type { RunTimes } from '../channel/messages';
import type { Milestones } from '../launch/status';

export interface Trace extends Milestones, Partial<RunTimes> {
  asked: number;
  answered?: number;
  ended?: number;
}

/** Each phase ends where the next begins. */
const PHASES: [name: string, end: Exclude<keyof Trace, 'madeAhead'>][] = [
  ['start ns-init', 'started'],
  ['clone', 'cloned'],
  ['id maps', 'mapped'],
  ['mounts and network', 'setUp'],
  ['test process', 'launched'],
  ['request', 'received'],
  ['run', 'ran'],
  ['result', 'answered'],
  ['teardown', 'ended'],
];

/** In milliseconds; a phase that was never reached is left out. */
export function traceSentence(strategy: string, trace: Trace): string {
  let before = trace.asked;
  const phases = PHASES.flatMap(([name, end]) => {
    const at = trace[end];
    if (at === undefined) return [];
    const phase = `${name} ${((at - before) / 1000).toFixed(1)}`;
    before = at;
    return [phase];
  });
  const ahead = trace.madeAhead ? ', in an environment made ahead' : '';
  return `${strategy}${ahead}: ${phases.join(', ')} ms`;
}

import os from 'node:os';
import { SandboxError } from '../../errors/sandbox-error';
import { checkArray, checkText, unknownName, wrongOption } from '../check';

const SIGNALS = Object.keys(os.constants.signals);

export function readSignal(value: unknown, option: string): string {
  const name = checkText(option, value);
  if (!SIGNALS.includes(name)) throw unknownName(option, 'signal', name, SIGNALS);
  return name;
}

/** Nobody can pass these on: they are for who gets them. signal(7) */
const NEVER_FORWARDED = ['SIGKILL', 'SIGSTOP', 'SIGCHLD'];

/** true: every signal; false: none. */
export function readForwardSignals(value: unknown, option: string): boolean | string[] {
  if (typeof value === 'boolean') return value;
  if (!Array.isArray(value)) throw wrongOption(option, 'true, false or a list of signals', value);
  return checkArray(option, value).map((item, index) => {
    const name = readSignal(item, `${option}[${index}]`);
    if (NEVER_FORWARDED.includes(name)) {
      throw new SandboxError(`The option "${option}" cannot forward ${name}`, {
        option,
        reason: 'It is for the process that it is sent to.',
      });
    }
    return name;
  });
}

export function signalNumber(name: string): number {
  return (os.constants.signals as Record<string, number>)[name] as number;
}

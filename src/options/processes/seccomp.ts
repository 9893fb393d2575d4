import os from 'node:os';
import { SandboxError } from '../../errors/sandbox-error';
import { checkArray, checkKeys, checkText, unknownName, wrongOption } from '../check';
import { assemble, filterText, VERDICTS } from './filter';
import { type Architecture, systemCalls } from './system-calls';

/** A filter of the system calls of the test process and of all that it starts. seccomp(2) */
export interface Seccomp {
  /** Names of the calls to which the action happens; every other is allowed. */
  deny?: string[];
  /** Or names of the calls that are allowed; the action happens to every other. */
  allow?: string[];
  /**
   * "errno": the call fails with EPERM, or with the errno that is named. "kill": the process dies by SIGSYS.
   * "log": the call is written to the audit log and goes on. Default: "errno".
   */
  action?: 'errno' | 'kill' | 'log' | { errno: string };
}

export interface CheckedSeccomp {
  list: 'deny' | 'allow';
  names: string[];
  action: 'errno' | 'kill' | 'log';
  /** For the action "errno". */
  errno: number;
}

export function readSeccomp(value: unknown, option: string): CheckedSeccomp {
  const given = checkKeys(option, value, ['deny', 'allow', 'action']);
  if ((given.deny === undefined) === (given.allow === undefined)) {
    throw wrongOption(option, 'an object with either "deny" or "allow"', value);
  }
  const list = given.deny === undefined ? 'allow' : 'deny';
  const names = readNames(given[list], `${option}.${list}`);
  const seccomp = { list, names, ...readAction(given.action ?? 'errno', `${option}.action`) };
  checkExec(seccomp as CheckedSeccomp, option);
  return seccomp as CheckedSeccomp;
}

function readNames(value: unknown, option: string): string[] {
  // A name of the other architecture is no slip: one configuration serves both.
  const known = [...new Set([...systemCalls('x64').keys(), ...systemCalls('arm64').keys()])];
  const names = checkArray(option, value).map((item, index) => {
    const name = checkText(`${option}[${index}]`, item);
    if (!known.includes(name)) throw unknownName(option, 'system call', name, known);
    return name;
  });
  if (names.length === 0) throw wrongOption(option, 'a list with at least one system call', value);
  return names;
}

function readAction(value: unknown, option: string): Pick<CheckedSeccomp, 'action' | 'errno'> {
  const errnos: Record<string, number> = os.constants.errno;
  if (value === 'errno') return { action: value, errno: os.constants.errno.EPERM };
  if (value === 'kill' || value === 'log') return { action: value, errno: 0 };
  if (typeof value !== 'object' || value === null) {
    throw wrongOption(option, "'errno', 'kill', 'log' or { errno: 'EPERM' }", value);
  }
  const name = checkText(`${option}.errno`, checkKeys(option, value, ['errno']).errno);
  const errno = Object.hasOwn(errnos, name) ? errnos[name] : undefined;
  if (errno === undefined) {
    throw unknownName(`${option}.errno`, 'errno', name, Object.keys(errnos));
  }
  return { action: 'errno', errno };
}

/** The filter is in force before Node is executed. */
function checkExec({ list, names, action }: CheckedSeccomp, option: string): void {
  const isDenied = names.includes('execve') === (list === 'deny');
  if (!isDenied || action === 'log') return;
  throw new SandboxError(`The option "${option}" denies execve, so nothing could be started`, {
    option,
    subject: 'execve',
    reason: 'The filter is in force before the test process is executed.',
    fix: `${list === 'deny' ? 'Take "execve" off' : 'Add "execve" to'} "${option}.${list}".`,
  });
}

/** The program, in hexadecimal digits. */
export function seccompProgram(seccomp: CheckedSeccomp, architecture: Architecture): string {
  const verdict = VERDICTS[seccomp.action] + seccomp.errno;
  const isDenyList = seccomp.list === 'deny';
  const rules = {
    names: seccomp.names,
    named: isDenyList ? verdict : VERDICTS.allow,
    others: isDenyList ? VERDICTS.allow : verdict,
    foreign: verdict,
  };
  return filterText(assemble(rules, architecture));
}

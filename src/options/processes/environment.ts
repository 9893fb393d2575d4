import { SandboxError } from '../../errors/sandbox-error';
import { checkObject, wrongOption } from '../check';

/** Variables to set; null takes one away. environ(7) */
export type Environment = Record<string, string | null>;

export function readEnvironment(value: unknown, option: string): Environment {
  return Object.fromEntries(
    Object.entries(checkObject(option, value)).map(([name, item]) => {
      if (name === '' || /[=\0]/.test(name)) {
        throw new SandboxError(`The option "${option}" has a name that cannot be one: "${name}"`, {
          option,
          reason: 'A name is not empty, and has neither "=" nor NUL.',
        });
      }
      if (item !== null && (typeof item !== 'string' || item.includes('\0'))) {
        throw wrongOption(`${option}.${name}`, 'a string without NUL, or null', item);
      }
      return [name, item];
    }),
  );
}

/** What Jest and its workers tell their own children by, and what Node finds modules by. */
const NEEDED_BY_JEST = ['NODE_ENV', 'NODE_OPTIONS', 'NODE_PATH', 'JEST_WORKER_ID', 'FORCE_COLOR'];

/** The environment of the test process. */
export function environmentInside(
  outside: NodeJS.ProcessEnv,
  { env, clearEnv }: { env: Environment; clearEnv: boolean },
): NodeJS.ProcessEnv {
  const kept = clearEnv
    ? Object.entries(outside).filter(([name]) => NEEDED_BY_JEST.includes(name))
    : Object.entries(outside);
  const all = Object.entries({ ...Object.fromEntries(kept), ...env });
  return Object.fromEntries(all.filter(([, value]) => value !== null)) as NodeJS.ProcessEnv;
}

import { callNative } from '../native/load';
import { checkInterfaceName } from './rtnetlink-names';

/** The kernel's number of an interface. Throws SystemError ENODEV if there is none. */
export function interfaceIndex(name: string): number {
  const checked = checkInterfaceName(name);
  return callNative('interfaceIndex', [checked], { interface: checked });
}

/** The names of the interfaces by their numbers. */
export function interfaceNames(): Map<number, string> {
  return new Map(callNative('dumpLinks', []).map(({ index, name }) => [index, name]));
}

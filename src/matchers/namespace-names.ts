import { NAMESPACES } from '../namespaces';
import { nearest } from '../text/nearest';
import type { Tools } from './define-matcher';

const ALL: readonly string[] = NAMESPACES.map(({ name }) => name);

/** A list of namespaces' names that has some, and no others. */
export function checkNames(names: readonly string[], { utils, wrongUse }: Tools): void {
  if (!Array.isArray(names)) {
    wrongUse(
      'value must be an array of namespace names',
      utils.printWithType('Expected', names, utils.printExpected),
    );
  }
  if (names.length === 0) {
    wrongUse('value must name a namespace: this sandbox asked for none, or the array is empty');
  }
  for (const name of names) {
    if (ALL.includes(name)) continue;
    // /proc/PID/ns spells one of them in another way.
    const filed = NAMESPACES.find(({ file }) => file === name)?.name;
    const meant = filed ?? nearest(String(name), ALL);
    wrongUse(
      `value has the unknown namespace "${name}".${meant ? ` Did you mean "${meant}"?` : ''}`,
      `Namespaces: ${ALL.join(', ')}`,
    );
  }
}

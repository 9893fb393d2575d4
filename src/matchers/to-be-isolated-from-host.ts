import { NAMESPACES, type NamespaceName } from '../namespaces';
import { nearest } from '../text/nearest';
import { defineMatcher, type Tools } from './define-matcher';

const ALL: readonly string[] = NAMESPACES.map(({ name }) => name);

export const toBeIsolatedFromHost = defineMatcher(
  'toBeIsolatedFromHost',
  ({ namespaces }, tools, names: readonly NamespaceName[] = namespaces.asked()) => {
    checkNames(names, tools);
    const inside = namespaces.ids();
    const host = namespaces.hostIds();
    // A number that is missing proves nothing, so it does not count as another number.
    const isolated = (name: NamespaceName) =>
      Number.isInteger(inside[name]) && Number.isInteger(host[name]) && inside[name] !== host[name];
    const width = Math.max(...names.map((name) => name.length));
    const describe = (name: NamespaceName) =>
      `${name.padEnd(width)}  inside ${inside[name] ?? 'unknown'}  host ${host[name] ?? 'unknown'}` +
      `  ${isolated(name) ? 'isolated' : 'not isolated'}`;
    return {
      pass: names.every(isolated),
      report: [
        `Expected ${tools.isNot ? 'not all' : 'all'} of these namespaces to be isolated from the host`,
        'Namespaces of this sandbox:',
        ...tools.lines(names.map(describe)),
      ],
    };
  },
);

function checkNames(names: readonly string[], { utils, wrongUse }: Tools): void {
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

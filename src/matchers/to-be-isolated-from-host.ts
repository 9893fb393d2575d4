import type { NamespaceName } from '../namespaces';
import { defineMatcher } from './define-matcher';
import { checkNames } from './namespace-names';

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

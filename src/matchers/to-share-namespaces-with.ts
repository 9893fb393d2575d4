import { NAMESPACES, type NamespaceName } from '../namespaces';
import { defineMatcher } from './define-matcher';
import { checkNames } from './namespace-names';

const ALL = NAMESPACES.map(({ name }) => name);

export const toShareNamespacesWith = defineMatcher(
  'toShareNamespacesWith',
  ({ namespaces }, tools, pid: number, names: readonly NamespaceName[] = ALL) => {
    if (!Number.isInteger(pid) || pid < 1) {
      tools.wrongUse(
        'value must be a process id',
        tools.utils.printWithType('Expected', pid, tools.utils.printExpected),
      );
    }
    checkNames(names, tools);
    const own = namespaces.ids();
    const other = namespaces.ids(pid);
    // A number that is missing proves nothing.
    const shared = (name: NamespaceName) =>
      Number.isInteger(own[name]) && own[name] === other[name];
    const width = Math.max(...names.map((name) => name.length));
    const describe = (name: NamespaceName) =>
      `${name.padEnd(width)}  here ${own[name] ?? 'unknown'}  there ${other[name] ?? 'unknown'}` +
      `  ${shared(name) ? 'shared' : 'not shared'}`;
    // .not asks for none in common: one that is would be the fault it is to find.
    const pass = tools.isNot ? names.some(shared) : names.every(shared);
    return {
      pass,
      report: [
        `Expected ${tools.isNot ? 'none' : 'all'} of these namespaces to be shared with process ${pid}`,
        'Namespaces of this process and of that one:',
        ...tools.lines(names.map(describe)),
      ],
    };
  },
);

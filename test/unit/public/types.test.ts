/** Whoever writes down a type of ours finds it among the exports: read from the declarations as they are shipped. */
import path from 'node:path';
import { expect, test } from '@jest/globals';
import ts from 'typescript';
import { PACKAGE } from '../../support/package';

const DIST = path.join(PACKAGE, 'dist');

test('every type that an option or a helper names is exported', () => {
  const index = path.join(DIST, 'index.d.ts');
  const program = ts.createProgram([index], {
    skipLibCheck: true,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
  });
  const checker = program.getTypeChecker();
  const resolve = (symbol: ts.Symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const module = checker.getSymbolAtLocation(program.getSourceFile(index) as ts.SourceFile);
  const exported = checker.getExportsOfModule(module as ts.Symbol).map(resolve);

  const isType = ({ flags }: ts.Symbol) =>
    (flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Class)) !== 0;
  /** A type that its own file keeps to itself is a part of another. */
  const isNamed = ({ declarations = [] }: ts.Symbol) =>
    declarations.some(
      (node) =>
        ts.canHaveModifiers(node) &&
        ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
    );
  const isOurs = ({ declarations = [] }: ts.Symbol) =>
    declarations.some((node) => node.getSourceFile().fileName.startsWith(DIST));

  const missing = new Set<string>();
  const seen = new Set<ts.Symbol>();
  const follow = (symbol: ts.Symbol, from: string, isPart: boolean) => {
    if (!isOurs(symbol)) return;
    if (!isPart && isType(symbol) && isNamed(symbol) && !exported.includes(symbol)) {
      missing.add(`${symbol.name}, of ${from}`);
    }
    // The parts of an agent have names by it: Agent['fs'].
    if (seen.has(symbol) || symbol.name === 'Agent') return;
    seen.add(symbol);
    for (const node of symbol.declarations ?? []) visit(node, symbol.name);
  };
  const visit = (node: ts.Node, from: string) => {
    // Nobody else calls them: the values are made by the helpers.
    if (ts.isConstructorDeclaration(node)) return;
    // Of a table whose keys alone are asked for, the rest is nobody's business.
    if (ts.isTypeOperatorNode(node)) return;
    const name = nameOf(node);
    const symbol = name && checker.getSymbolAtLocation(name);
    // What an interface extends is a part of it, which nobody has to write down.
    if (symbol) follow(resolve(symbol), from, ts.isExpressionWithTypeArguments(node));
    ts.forEachChild(node, (child) => visit(child, from));
  };
  for (const root of ['SandboxOptions', 'ns']) {
    follow(exported.find(({ name }) => name === root) as ts.Symbol, root, false);
  }
  expect(seen.size).toBeGreaterThan(100);
  expect([...missing].sort()).toEqual([]);
});

/** The name by which a node points at something declared elsewhere. */
function nameOf(node: ts.Node): ts.Node | undefined {
  if (ts.isTypeReferenceNode(node)) return node.typeName;
  if (ts.isExpressionWithTypeArguments(node)) return node.expression;
  if (ts.isTypeQueryNode(node)) return node.exprName;
  if (ts.isImportTypeNode(node)) return node.qualifier;
  return undefined;
}

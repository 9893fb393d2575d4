/** docs/options.md describes every option and every key of it, and nothing else. */
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { OPTION_NAMES } from '../../../src/options/read-options';
import { PACKAGE } from '../../support/package';
import { sectionsOf } from '../../support/sections';

const sections = sectionsOf('options.md').filter(({ heading }) => heading !== 'What is refused');
const sectionOf = (option: string) =>
  sections.find(({ heading }) => heading.split(', ').includes(option));

test('every option has a section, once, and every section options', () => {
  const described = sections.flatMap(({ heading }) => heading.split(', '));
  expect(described.sort()).toEqual([...OPTION_NAMES].sort());
  expect(sections.filter(({ text }) => text === '')).toEqual([]);
});

describe('keys', () => {
  const file = path.join(PACKAGE, 'src', 'options', 'options.ts');
  const program = ts.createProgram([file], {
    strict: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    types: ['node'],
  });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile);
  const options = checker
    .getExportsOfModule(module as ts.Symbol)
    .find(({ name }) => name === 'SandboxOptions') as ts.Symbol;

  /** Names of the properties that values of this type have, deep inside too. */
  const keysOf = (type: ts.Type): string[] => {
    if (type.isUnionOrIntersection()) return type.types.flatMap(keysOf);
    if (checker.isArrayType(type))
      return checker.getTypeArguments(type as ts.TypeReference).flatMap(keysOf);
    if ((type.flags & ts.TypeFlags.Object) === 0) return [];
    return type
      .getProperties()
      .flatMap((key) => [key.name, ...keysOf(checker.getTypeOfSymbol(key))]);
  };

  test.each(OPTION_NAMES)('%s', (name) => {
    const property = checker.getDeclaredTypeOfSymbol(options).getProperty(name) as ts.Symbol;
    const keys = [...new Set(keysOf(checker.getTypeOfSymbol(property)))];
    const code = sectionOf(name)?.code ?? '';
    const isTold = (key: string) =>
      new RegExp(`\\b${key.replace('RLIMIT_', '').toLowerCase()}\\b`).test(code.toLowerCase());
    expect(keys.filter((key) => !isTold(key))).toEqual([]);
  });
});

/** What a group of options is made of. Each group has a folder of its own, with one of these. */
import type { NamespaceName } from '../namespaces';
import type { CheckedOptions } from './options';

/** Checks one value and returns it with its type. Throws one sentence that names the option. */
export type Reader<T> = (value: unknown, option: string) => T;

export interface Row<T> {
  read: Reader<T>;
  /** What it is when it is not given. */
  default: T;
  /** Without this namespace the option has no effect: then giving it is a mistake, not a preference. */
  needs?: NamespaceName;
}

export interface Room<Checked> {
  /** One row per option. */
  rows: { [Name in keyof Checked]-?: Row<Checked[Name]> };
  /** What the options mean for each other: refuses contradictions. */
  settle?(options: CheckedOptions, given: Record<string, unknown>): void;
}

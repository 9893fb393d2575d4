import { nearest } from '../../text/nearest';

/** Flags of one kind by name. */
export type FlagTable = Readonly<Record<string, number>>;

/** A number, a name, or names that are or-ed. */
export type Flags<Table extends FlagTable> =
  | number
  | (keyof Table & string)
  | ReadonlyArray<keyof Table & string>;

export function flagsOf<Table extends FlagTable>(table: Table, flags: Flags<Table>): number {
  if (typeof flags === 'number') return flags;
  const names: readonly string[] = typeof flags === 'string' ? [flags] : flags;
  // Sums would be wrong for a name given twice, and | is of 32 bits signed.
  return Number(names.reduce((sum, name) => sum | BigInt(numberOf(table, name)), 0n));
}

export function numberOf(table: FlagTable, name: string): number {
  const number = table[name];
  if (number === undefined) {
    const meant = nearest(String(name), Object.keys(table));
    throw new TypeError(
      `Unknown name "${name}".${meant ? ` Did you mean "${meant}"?` : ''} Names: ${Object.keys(table).join(', ')}`,
    );
  }
  return number;
}

/** The names of the flags that are set, for what is read back. */
export function namesOf(table: FlagTable, flags: number | bigint): string[] {
  const bits = BigInt(flags);
  return Object.entries(table)
    .filter(([, bit]) => bit !== 0 && (bits & BigInt(bit)) === BigInt(bit))
    .map(([name]) => name);
}

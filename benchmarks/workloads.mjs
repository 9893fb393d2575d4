/** The files of the scratch projects. */

const TRIVIAL = "test('trivial', () => expect(1).toBe(1));\n";

/** Every name is as long as every other, so that none, as a pattern, matches another. */
export function trivialFiles(count) {
  return numbered(count, 'test.js', () => TRIVIAL);
}

/** For each file of tests a module of its own. All import the one beside. */
export function tsJestFiles(count) {
  return {
    'shape.ts': TS_SHAPE,
    ...numbered(count, 'ts', (name) => `${TS_MODULE}export const name: string = '${name}';\n`),
    ...numbered(count, 'test.ts', tsTest),
  };
}

/** Without types checked: each file is transpiled alone. */
export const TS_JEST_CONFIG = {
  transform: {
    '^.+\\.ts$': [
      'ts-jest',
      {
        diagnostics: false,
        tsconfig: { module: 'commonjs', target: 'es2022', isolatedModules: true },
      },
    ],
  },
};

/** What the CPU-heavy test writes: its seconds. */
export const INSIDE = 'inside.txt';

export function cpuHeavyFile() {
  return { 'heavy.test.js': CPU_HEAVY };
}

function numbered(count, extension, textOf) {
  const names = Array.from(
    { length: count },
    (_, index) => `file-${String(index).padStart(4, '0')}`,
  );
  return Object.fromEntries(names.map((name) => [`${name}.${extension}`, textOf(name)]));
}

const TS_SHAPE = `
export interface Shape { readonly sides: number; area(): number }
export abstract class Named<T extends string> {
  constructor(protected readonly label: T) {}
  toString(): string { return this.label; }
}
`;

const TS_MODULE = `
import { Named, type Shape } from './shape';
enum Sides { Square = 4 }
export class Square extends Named<'square'> implements Shape {
  readonly sides: number = Sides.Square;
  constructor(private readonly length: number) { super('square'); }
  area(): number { return this.length ** 2; }
}
export async function areas(...shapes: Shape[]): Promise<number[]> {
  return shapes.map((shape: Shape): number => shape.area());
}
`;

function tsTest(name) {
  return `
import { Square, areas, name } from './${name}';
describe('a square', () => {
  const square: Square = new Square(3);
  test('has four sides', () => expect(square.sides).toBe(4));
  test('has an area', async () => expect(await areas(square)).toEqual([9]));
  test('has a name', () => expect(\`\${square} \${name}\`).toBe('square ${name}'));
});
`;
}

/** About 2 s of JavaScript with 200 MB of objects alive: much garbage, sorting, strings, arithmetic. */
const CPU_HEAVY = `
const { writeFileSync } = require('node:fs');
const path = require('node:path');

function record(id) {
  return { id, name: 'record ' + id, weight: (id * 7919) % 104729, tags: [id % 7, id % 11, { id }] };
}

test('heavy', () => {
  const start = performance.now();
  const alive = Array.from({ length: 1_000_000 }, (_, id) => record(id));
  expect(process.memoryUsage().heapUsed).toBeGreaterThan(200e6);
  let sum = 0;
  for (let round = 0; round < 8; round++) {
    const some = alive.slice(round * 100_000, round * 100_000 + 60_000);
    const copies = some.map((each) => ({ ...each, name: each.name.toUpperCase() + round }));
    copies.sort((a, b) => a.weight - b.weight || a.name.localeCompare(b.name));
    const groups = new Map();
    for (const { tags, weight } of copies) {
      const key = tags.slice(0, 2).join('-');
      groups.set(key, (groups.get(key) ?? 0) + weight);
    }
    sum += JSON.stringify(JSON.parse(JSON.stringify(copies.slice(0, 5_000)))).length;
    for (let step = 0; step < 10_000_000; step++) sum = (sum * 31 + step) % 1_000_003;
    sum += groups.size;
  }
  expect(alive[sum % alive.length].tags).toHaveLength(3);
  writeFileSync(path.join(__dirname, '${INSIDE}'), String((performance.now() - start) / 1000));
}, 60_000);
`;

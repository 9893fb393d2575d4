import { expect, test } from '@jest/globals';
import { readOptions } from '../../../../src/options/read-options';

test.each<[object, object]>([
  [{ memoryMax: 67108864 }, { memoryMax: 67108864 }],
  [{ memoryMax: '64m' }, { memoryMax: 67108864 }],
  [
    { memoryMax: '1G', memorySwapMax: '0' },
    { memoryMax: 2 ** 30, memorySwapMax: 0 },
  ],
  [{ cpuMax: 0.5 }, { cpuMax: { quota: 50000, period: 100000 } }],
  [{ cpuMax: 2 }, { cpuMax: { quota: 200000, period: 100000 } }],
  [{ cpuMax: '5000 20000' }, { cpuMax: { quota: 5000, period: 20000 } }],
  [
    { pidsMax: 50, cpuWeight: 10, report: true, try: true },
    { pidsMax: 50, cpuWeight: 10, report: true, try: true },
  ],
])('%j is read as %j', (cgroup, read) => {
  expect(readOptions({ cgroup }).cgroup).toEqual({ try: false, report: false, ...read });
});

test.each<[object, string]>([
  [{}, 'The option "cgroup" names no limit'],
  [{ try: true }, 'The option "cgroup" names no limit'],
  [{ memoryMaxx: 1 }, 'Unknown option "cgroup.memoryMaxx". Did you mean "cgroup.memoryMax"?'],
  [{ memoryMax: 0 }, 'Expected the option "cgroup.memoryMax" to be bytes from 1 on'],
  [{ memoryMax: '64mb' }, 'or a text such as "64m" or "1g", got \'64mb\''],
  [{ memoryMax: '-1' }, 'Expected the option "cgroup.memoryMax"'],
  [{ memoryMax: 1.5 }, 'Expected the option "cgroup.memoryMax"'],
  [{ memoryMax: [1] }, 'Expected the option "cgroup.memoryMax"'],
  [{ memoryMax: '99999999t' }, 'Expected the option "cgroup.memoryMax"'],
  [{ pidsMax: 0 }, 'Expected the option "cgroup.pidsMax" to be a whole number from 1 to 4194304'],
  [{ pidsMax: '5' }, "got '5'"],
  [{ cpuMax: 0 }, 'Expected the option "cgroup.cpuMax" to be processors from 0.01 on'],
  [{ cpuMax: '500 100000' }, 'Expected the option "cgroup.cpuMax"'],
  [{ cpuMax: '5000 2000000' }, 'Expected the option "cgroup.cpuMax"'],
  [{ cpuMax: 'max' }, 'Expected the option "cgroup.cpuMax"'],
  [{ cpuMax: Number.NaN }, 'Expected the option "cgroup.cpuMax"'],
  [{ cpuWeight: 0 }, 'Expected the option "cgroup.cpuWeight" to be a whole number from 1 to 10000'],
  [{ memoryMax: 1, try: 'yes' }, 'Expected the option "cgroup.try" to be true or false'],
])('%j is refused: %s', (cgroup, message) => {
  expect(() => readOptions({ cgroup })).toThrow(message);
});

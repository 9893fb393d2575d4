import { BOOLEAN, type Makers, object, oneOf, withSome } from './combine';

const ENOUGH = {
  memoryMax: oneOf('64m', '1g', 2 ** 30),
  pidsMax: oneOf(20, 100, 4_194_304),
  cpuMax: oneOf(0.5, 2, '50000 100000'),
  cpuWeight: oneOf(1, 100, 10_000),
};

export const limitMakers: Record<string, Makers> = {
  cgroup: {
    valid: [withSome({ pidsMax: ENOUGH.pidsMax }, { ...ENOUGH, try: BOOLEAN, report: BOOLEAN })],
    edge: [
      // What the kernel takes or not, and what may be too little for any program.
      object({ memoryMax: oneOf(1, 4096, '100k', 2 ** 52), try: BOOLEAN }),
      object({ pidsMax: oneOf(1, 2, 3), try: BOOLEAN }),
      object({ cpuMax: oneOf(0.01, '1000 1000000', '1000000 1000', 1000), try: BOOLEAN }),
      object({ memorySwapMax: oneOf(0, '0', '64m'), memoryMax: oneOf('64m'), try: BOOLEAN }),
    ],
    wrong: [
      oneOf(
        {},
        { try: true },
        { memoryMax: '64 m' },
        { memoryMax: -1 },
        { memoryMax: 2 ** 60 },
        { pidsMax: 0 },
      ),
      oneOf(
        { pidsMax: 2 ** 23 },
        { cpuMax: 0 },
        { cpuMax: '1 1' },
        { cpuMax: 'max 100000' },
        { cpuWeight: 10_001 },
      ),
      oneOf(
        { memory: 1 },
        { pidsMax: '5' },
        { constructor: 1 },
        { memoryMax: 10n },
        { memoryMax: null },
      ),
      () => ({ memoryMax: Object.create(null), cpuMax: Symbol('max') }),
      () => ({ cpuMax: Object.create(null) }),
    ],
  },
};

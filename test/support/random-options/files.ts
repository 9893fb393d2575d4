import {
  BOOLEAN,
  listOf,
  type Maker,
  type Makers,
  object,
  ofScene,
  oneOf,
  withSome,
} from './combine';

const SIZES = oneOf('64k', '1m', 65_536, '10%');
const EDGE_SIZES = oneOf(
  1,
  '1',
  '100%',
  '999999999999999',
  '0',
  0,
  '200%',
  Number.MAX_SAFE_INTEGER,
);
const WRONG_SIZES = oneOf('64 m', -1, '1x', 1.5, '1e3', '');

/** Directories that most machines have, and where nothing of Jest's lies. */
const DIRECTORIES = oneOf(
  '/mnt',
  '/opt',
  '/srv',
  '/media',
  '/tmp/made',
  '/run/made',
  '/dev/shm/made',
);
const ODD_PATHS = oneOf(
  ...[
    '/',
    '/proc',
    '/sys',
    '/dev',
    '/dev/null',
    '/etc/passwd',
    '/no/where',
    '/tmp/../mnt',
    '//tmp',
    '/tmp/',
  ],
  ...[
    '/proc/self',
    '/proc/1/root',
    '/sys/kernel',
    '/dev/pts',
    '/dev/shm',
    '/usr',
    '/tmp/a,b:c%d=e\\f g',
    '/run',
  ],
  `/tmp/${'deep/'.repeat(500)}`,
  `/tmp/${'long'.repeat(70)}`,
  '/tmp/line\nbreak',
);
const WRONG_PATHS = oneOf('tmp', '.', '', '/a\0b', '~', 7);

const SOURCES = ofScene(
  ({ tree }) => tree,
  () => '/etc',
  () => '/usr',
  () => '/dev/null',
  () => '/etc/passwd',
  ({ oddTree }) => oddTree,
);
const LAYERS = listOf(
  1,
  2,
  ofScene(
    ({ tree }) => tree,
    ({ oddTree }) => oddTree,
  ),
);
const MODES = oneOf('755', '1777', '000', '0700');
const kind = (type: string, more: Record<string, Maker> = {}, parts: Record<string, Maker> = {}) =>
  withSome({ type: oneOf(type), target: DIRECTORIES, ...parts }, more);

const MOUNTS: Maker[] = [
  kind('bind', { readonly: BOOLEAN, dev: BOOLEAN, try: BOOLEAN }, { source: SOURCES }),
  kind('tmpfs', { size: SIZES, mode: MODES, options: oneOf('nr_inodes=100'), readonly: BOOLEAN }),
  kind('proc'),
  kind('sysfs'),
  kind('devpts'),
  kind('mqueue'),
  kind('overlay', { readonly: BOOLEAN }, { lower: LAYERS }),
  kind('file', { mode: MODES, readonly: BOOLEAN }, { content: oneOf('', 'text\n', 'ü💥%,') }),
  kind('symlink', {}, { source: oneOf('there', '/etc', '../..') }),
  kind('dir', { mode: MODES }),
];
const EDGE_MOUNTS: Maker[] = [
  (random, scene) => ({
    ...(random.pick(MOUNTS)(random, scene) as object),
    target: ODD_PATHS(random, scene),
  }),
  kind('tmpfs', {}, { size: EDGE_SIZES }),
  kind('tmpfs', {}, { options: oneOf('nonsense', 'size=1,mode=7', 'mode=99', ',', 'ro') }),
  kind('file', {}, { content: oneOf('x'.repeat(100_000), 'x'.repeat(100_001)) }),
  kind(
    'overlay',
    {},
    {
      lower: ofScene(
        ({ tree }) => [tree],
        () => ['/'],
        () => ['/proc'],
        ({ folder }) => [folder],
      ),
      upper: ofScene(
        ({ upper }) => upper,
        ({ tree }) => tree,
      ),
      work: ofScene(
        ({ work }) => work,
        ({ upper }) => upper,
      ),
    },
  ),
  kind(
    'bind',
    {},
    {
      source: ofScene(
        () => '/',
        () => '/proc',
        () => '/sys',
        ({ folder }) => folder,
      ),
    },
  ),
];
const WRONG_MOUNTS: Maker[] = [
  kind('bind'),
  kind('bind', {}, { source: oneOf('/no/where', 'relative', '', '/a\0b') }),
  kind('overlay', {}, { lower: oneOf([], ['/no/where'], ['relative'], '/etc', [7], null) }),
  kind('overlay', {}, { lower: LAYERS, upper: ofScene(({ upper }) => upper) }),
  kind('file', {}, { content: oneOf(7, null, 'a\0b', undefined) }),
  kind('dir', {}, { mode: oneOf(755, '8', '99999', '') }),
  kind('tmpfs', {}, { size: WRONG_SIZES }),
  kind('symlink'),
  oneOf(
    { type: 'ext4', target: '/mnt' },
    { type: 'tmpfs' },
    { type: 'dir', target: '/mnt', source: '/etc' },
    { target: '/mnt' },
    { type: 'constructor', target: '/mnt' },
  ),
  object({ type: oneOf('tmpfs'), target: WRONG_PATHS }),
];

export const fileMakers: Record<string, Makers> = {
  root: {
    valid: [
      oneOf('host', { type: 'host' }, { type: 'host', readonly: true }, { type: 'overlay' }),
      withSome({ type: oneOf('empty') }, { size: SIZES, readonly: BOOLEAN }),
      withSome({ type: oneOf('overlay'), lower: LAYERS }, { size: SIZES, readonly: BOOLEAN }),
      withSome(
        { type: oneOf('directory'), source: ofScene(({ tree }) => tree) },
        { readonly: BOOLEAN },
      ),
      withSome(
        { type: oneOf('archive'), source: ofScene(({ archive }) => archive) },
        { readonly: BOOLEAN },
      ),
    ],
    edge: [
      object({ type: oneOf('empty', 'overlay'), size: EDGE_SIZES }),
      object({ type: oneOf('directory'), source: ODD_PATHS }),
      object({
        type: oneOf('directory'),
        source: ofScene(
          ({ tree }) => tree,
          ({ oddTree }) => oddTree,
          () => '/',
        ),
        overlay: oneOf(false),
      }),
      object({ type: oneOf('overlay'), lower: listOf(1, 3, ODD_PATHS) }),
      object({
        type: oneOf('overlay'),
        lower: ofScene(
          ({ tree, folder }) => [tree, folder],
          ({ tree }) => Array(600).fill(tree),
        ),
      }),
      object({
        type: oneOf('archive'),
        source: ofScene(
          ({ corruptArchive }) => corruptArchive,
          () => '/dev/null',
        ),
      }),
    ],
    wrong: [
      oneOf('overlay', 'empty', {}, { type: 'none' }, { type: 'directory' }, { type: 'archive' }),
      oneOf(
        { type: 'overlay', readonly: true },
        { type: 'overlay', lower: [] },
        { type: 'host', size: 1 },
      ),
      ofScene(
        ({ tree }) => ({ type: 'archive', source: tree }),
        ({ archive }) => ({ type: 'directory', source: archive }),
        ({ tree }) => ({ type: 'empty', lower: [tree] }),
        ({ tree }) => ({ type: 'directory', source: tree, overlay: false, size: '1m' }),
      ),
      object({ type: oneOf('directory', 'archive'), source: WRONG_PATHS }),
      object({ type: oneOf('empty'), size: WRONG_SIZES }),
      object({ type: oneOf('empty'), readonly: oneOf(1, 'yes', null) }),
    ],
  },
  mounts: {
    valid: [listOf(0, 4, ...MOUNTS)],
    edge: [listOf(1, 3, ...EDGE_MOUNTS)],
    wrong: [listOf(1, 2, ...WRONG_MOUNTS)],
  },
  bind: {
    valid: [
      listOf(
        0,
        3,
        withSome(
          { source: SOURCES, target: DIRECTORIES },
          { readonly: BOOLEAN, dev: BOOLEAN, try: BOOLEAN },
        ),
        withSome({ source: SOURCES }, { readonly: BOOLEAN }),
        oneOf({ source: '/no/where', try: true }),
      ),
    ],
    edge: [
      listOf(1, 2, object({ source: ODD_PATHS }), object({ source: SOURCES, target: ODD_PATHS })),
    ],
    wrong: [
      listOf(
        1,
        2,
        object({ source: WRONG_PATHS }),
        oneOf({}, { source: '/no/where' }, { source: '/etc', to: '/mnt' }, '/etc'),
      ),
    ],
  },
  tmpfs: {
    valid: [
      (random) => random.some(['/tmp', '/dev/shm', '/run', '/mnt', '/var/tmp', '/opt'], 0, 4),
      listOf(1, 2, withSome({ path: oneOf('/tmp', '/run', '/mnt') }, { size: SIZES, mode: MODES })),
    ],
    edge: [
      listOf(1, 3, ODD_PATHS),
      listOf(1, 2, object({ path: ODD_PATHS, size: EDGE_SIZES })),
      oneOf(['/tmp', '/tmp']),
    ],
    wrong: [
      listOf(1, 2, WRONG_PATHS),
      listOf(1, 1, object({ path: oneOf('/tmp'), size: WRONG_SIZES })),
      oneOf([{}], '/tmp'),
    ],
  },
  dev: {
    valid: [oneOf('minimal', 'host', 'none')],
    edge: [oneOf('none')],
    wrong: [oneOf('full', 'Minimal', true)],
  },
  hosts: {
    valid: [oneOf({}, { 'db.test': '10.0.0.2' }, { 'six.test': ['::7', '10.1.2.4'], a_b: [] })],
    edge: [
      (random) => ({ ['h'.repeat(random.integer(1, 5000))]: '::1' }),
      () =>
        Object.fromEntries(
          Array.from({ length: 3000 }, (_, index) => [`host-${index}`, '10.0.0.1']),
        ),
      () => JSON.parse('{"__proto__": "10.0.0.1", "constructor": "10.0.0.1"}'),
      oneOf({ localhost: '10.0.0.1' }, { 'six.test': 'fe80::1%lo' }),
    ],
    wrong: [
      oneOf(
        { 'a b': '10.0.0.1' },
        { a: '10.0.0' },
        { a: 7 },
        { '': '10.0.0.1' },
        { a: [['::1']] },
        { 'a\n': '::1' },
      ),
    ],
  },
  dns: {
    valid: [
      oneOf({}, { servers: ['10.9.9.9', '::1'] }, { search: ['a.test'], options: ['ndots:2'] }),
    ],
    edge: [
      oneOf(
        { servers: [] },
        { servers: Array(3).fill('10.0.0.1') },
        { search: ['x'.repeat(90_000)] },
        { search: ['x'.repeat(120_000)] },
      ),
    ],
    wrong: [
      oneOf(
        { servers: Array(4).fill('10.0.0.1') },
        { servers: 'x' },
        { search: ['a b'] },
        { options: [''] },
        { server: [] },
      ),
    ],
  },
  propagation: {
    valid: [oneOf('private', 'slave', 'shared')],
    edge: [oneOf('unchanged', 'slave')],
    wrong: [oneOf('rprivate', 'PRIVATE', 'unbindable')],
  },
  maskedPaths: {
    valid: [
      (random) =>
        random.some(
          ['/proc/kcore', '/etc/motd', '/usr/share', '/no/where', '/proc/version', '/opt'],
          0,
          4,
        ),
    ],
    edge: [listOf(1, 3, ODD_PATHS)],
    wrong: [listOf(1, 2, WRONG_PATHS)],
  },
  readonlyPaths: {
    valid: [
      (random) => random.some(['/etc', '/usr', '/srv', '/no/where', '/proc/sys', '/sys'], 0, 4),
    ],
    edge: [listOf(1, 3, ODD_PATHS)],
    wrong: [listOf(1, 2, WRONG_PATHS)],
  },
};

import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compareVersions, readElf } from '../support/elf';
import { ARCHITECTURES, installed } from '../support/packed';

/** What Node 20 itself asks of a system, and so what every system with a supported Node has. */
const FLOOR: Record<string, string> = {
  GLIBC: '2.28',
  // GCC 8, which is what the oldest distributions with that glibc have.
  GLIBCXX: '3.4.25',
  CXXABI: '1.3.11',
  GCC: '3.4',
};

/** Node has them loaded, or they are libc's. */
const LIBRARIES = /^(libstdc\+\+\.so\.6|libgcc_s\.so\.1|libm\.so\.6|libc\.so\.6|ld-linux-.*)$/;

const MACHINES = { x64: 'Advanced Micro Devices X86-64', arm64: 'AArch64' };

function aboveFloor(versions: Record<string, string>): string[] {
  return Object.entries(versions)
    .filter(([library, version]) => compareVersions(version, FLOOR[library] ?? '0') > 0)
    .map(([library, version]) => `${library}_${version}`);
}

describe.each(ARCHITECTURES)('prebuilt for %s', (architecture) => {
  let package_: ReturnType<typeof installed>;
  const elf = (name: string) =>
    readElf(path.join(package_.package, 'prebuilds', `linux-${architecture}`, name));

  beforeAll(() => {
    package_ = installed();
  });

  afterAll(() => package_.remove());

  test.each(['ns-init', 'ns-agent'])('%s needs no library and no dynamic linker', (name) => {
    expect(elf(name)).toEqual({
      machine: MACHINES[architecture],
      interpreter: undefined,
      needs: [],
      versions: {},
      hasSymbolTable: false,
    });
  });

  test('the addon needs nothing that is newer than what Node needs', () => {
    const { machine, needs, versions, hasSymbolTable } = elf('ns_jest.node');
    expect(machine).toBe(MACHINES[architecture]);
    expect(hasSymbolTable).toBe(false);
    expect(needs.filter((library) => !LIBRARIES.test(library))).toEqual([]);
    expect(Object.keys(versions)).toContain('GLIBC');
    expect(aboveFloor(versions)).toEqual([]);
  });
});

test('what is newer is found', () => {
  expect(aboveFloor({ GLIBC: '2.34', GLIBCXX: '3.4.9', CXXABI: '1.3.13' })).toEqual([
    'GLIBC_2.34',
    'CXXABI_1.3.13',
  ]);
  // Node itself, whose needs are known.
  const { interpreter, needs, versions } = readElf(process.execPath);
  expect(interpreter).toMatch(/ld-linux/);
  expect(needs).toContain('libc.so.6');
  expect(compareVersions(versions.GLIBC ?? '0', '2.17')).toBeGreaterThanOrEqual(0);
});

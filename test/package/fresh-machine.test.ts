import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { FreshMachine } from '../support/fresh-machine';
import { MINIMAL_DEBIAN, nodeOf, tarball, VERSION } from '../support/packed';
import { startSection } from '../support/start-section';
import { testIf } from '../support/test-if';

const isReady = existsSync(MINIMAL_DEBIAN) && existsSync(nodeOf(process.arch as 'x64'));
const test = testIf(isReady, 'a minimal Debian: sh scripts/test-package.sh');

/** Everything is fetched from the registry. */
const INSTALL_LIMIT = 300_000;

describe('a new project of an unprivileged user on a minimal Debian', () => {
  const start = startSection();
  const isInstall = (command: string) => command.startsWith('npm install');
  let machine: FreshMachine;

  beforeAll(() => {
    if (isReady) machine = new FreshMachine();
  });

  afterAll(() => machine?.remove());

  test('it has no compiler and no build tools, and the user no capability', async () => {
    const { stdout, code } = await machine.run(
      'id -u; grep -E "^Cap(Prm|Eff)" /proc/self/status; ' +
        'for tool in cc gcc g++ c++ clang make cmake ninja python3 git; do command -v $tool; done; true',
    );
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '1000',
      'CapPrm:\t0000000000000000',
      'CapEff:\t0000000000000000',
      '',
    ]);
  });

  test(
    'the package installs as the README says',
    async () => {
      const file = machine.add(tarball());
      const [command, ...others] = start.commands.filter(isInstall);
      expect(others).toEqual([]);
      // From here, not from the registry.
      const line = command?.replace(/\bns-jest$/, file);
      expect(line).not.toBe(command);
      const { stderr, code } = await machine.run(`npm init -y >init.log && ${line}`);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      const { stdout } = await machine.run(
        'ls node_modules/ns-jest/prebuilds && node_modules/.bin/ns-jest --version',
      );
      expect(stdout).toBe(`linux-arm64\nlinux-x64\n${VERSION}\n`);
    },
    INSTALL_LIMIT,
  );

  const configs = start.files.get('jest.config.js') ?? [];
  test.each(configs.map((config) => [config.trim().replace(/;? *\/\/.*/, ''), config]))(
    'its tests pass: %s',
    async (_, config) => {
      for (const [name, [text = '']] of start.files) machine.write(name, text);
      machine.write('jest.config.js', config);
      const written = [...start.files.values()].flat().join('');
      const count = [...written.matchAll(/^test\(/gm)].length;
      const commands = start.commands.filter((command) => !isInstall(command));
      expect(commands).toContain('npx jest');
      const { code, stderr } = await machine.run(commands.join(' && '));
      expect(stderr).toContain(`Tests:       ${count} passed, ${count} total`);
      expect(code).toBe(0);
    },
  );
});

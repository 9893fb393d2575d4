/** `ns-jest doctor` as users call it, on this machine. What it says of others: hosts.test.ts. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { eventually, hostWithoutSockets } from '../support/host';
import { NS_INIT, PACKAGE } from '../support/package';
import { Project } from '../support/project';

const isRoot = process.getuid?.() === 0;

const project = new Project({ 'package.json': '{}' });
afterAll(() => project.remove());

function doctor(args: string[] = [], env: NodeJS.ProcessEnv = {}, cwd = PACKAGE) {
  const main = path.join(PACKAGE, 'dist', 'cli', 'main.js');
  const ran = spawnSync(process.execPath, [main, 'doctor', ...args], {
    ...{ cwd, encoding: 'utf8' },
    env: { ...process.env, ...env },
  });
  return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

interface Finding {
  name: string;
  enables: string;
  required: boolean;
  works: boolean;
  detail?: string;
  error?: { message: string };
}

describe('on a machine that can', () => {
  test('a line for each probe, as text and as JSON; exit code 0; the host is as before', async () => {
    const before = hostWithoutSockets();
    const json = doctor(['--json']);
    const text = doctor();
    expect({ ...json, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect({ ...text, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
    // Closed network namespaces are the kernel's to end, in its own time.
    await eventually(() => JSON.stringify(hostWithoutSockets()) === JSON.stringify(before));
    expect(hostWithoutSockets()).toEqual(before);

    const report = JSON.parse(json.stdout) as { probes: Finding[] };
    expect(report).toEqual({
      package: expect.stringMatching(/^\d+\.\d+\.\d+/),
      node: process.version,
      kernel: expect.stringMatching(/^\d+\./),
      platform: `linux-${process.arch}`,
      uid: process.getuid?.(),
      ok: true,
      probes: expect.any(Array),
    });
    const named = (wanted: boolean) =>
      report.probes.filter(({ required }) => required === wanted).map(({ name }) => name);
    expect(named(true)).toEqual([
      ...['binaries', 'cache'],
      ...['user', 'mount', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'].map(
        (n) => `namespace ${n}`,
      ),
      ...['namespaces', 'ids', 'tmpfs', '/proc', '/sys', '/dev', 'message queues', 'lo', 'sandbox'],
    ]);
    expect(named(false)).toEqual([
      ...['fork', 'further ids', 'root overlay', 'root empty', 'overlay', 'links', 'tun'],
      ...['veth', 'nat', 'pasta', 'slirp4netns'],
      ...['cgroup memory', 'cgroup pids', 'cgroup cpu', 'clocks', 'seccomp'],
      ...(isRoot ? ['without user'] : []),
    ]);
    for (const { name, enables, works, error, detail } of report.probes) {
      expect(text.stdout).toMatch(
        new RegExp(
          `^  ${works ? 'yes' : 'NO '}  ${name} +${enables.replace(/[^\w ,:]/g, '.')}`,
          'm',
        ),
      );
      expect(typeof error?.message).toBe(works ? 'undefined' : 'string');
      if (detail !== undefined) expect(text.stdout).toContain(`(${detail})`);
    }
    expect(report.probes.find(({ name }) => name === 'fork')).toMatchObject({
      works: true,
      detail: `copies of Node.js ${process.version}`,
    });
  });

  test('without Jest in the folder it says so, and the sandbox works', () => {
    const { stdout, code } = doctor(['--json'], {}, project.folder);
    expect(code).toBe(0);
    const { probes } = JSON.parse(stdout) as { probes: Finding[] };
    const find = (wanted: string) => probes.find(({ name }) => name === wanted);
    expect(find('fork')?.error?.message).toContain('There is no Jest in this folder');
    expect(find('sandbox')?.works).toBe(true);
  });
});

describe('binaries', () => {
  const broken = (name: string, change: (init: string) => void) => {
    const folder = path.join(project.folder, name);
    cpSync(path.dirname(NS_INIT), folder, { recursive: true });
    const init = path.join(folder, 'ns-init');
    change(init);
    return { init, ...doctor([], { NS_JEST_BINARIES: folder }) };
  };

  test('none for this platform', () => {
    const { code, stdout } = doctor([], { NS_JEST_BINARIES: '/no/where' });
    expect(code).toBe(1);
    expect(stdout).toContain(
      `Cannot find ns-jest's binary ns-init for linux-${process.arch}. Tried:`,
    );
    expect(stdout).toContain('/no/where/ns-init');
    expect(stdout).toMatch(/No default sandbox can be had: \d+ of \d+ of its parts cannot\./);
  });

  test('an executable bit that was lost', () => {
    const { init, code, stdout } = broken('no-bit', (file) => chmodSync(file, 0o644));
    expect(code).toBe(1);
    expect(stdout).toMatch(/NO {3}binaries/);
    expect(stdout).toContain(`Could not start ${init}: EACCES`);
    expect(stdout).toContain('The file lost its executable bit on the way.');
    expect(stdout).toContain(`Make it executable: chmod +x ${init}`);
  });

  test('a program of another architecture', () => {
    const { code, stdout } = broken('foreign', (file) => writeFileSync(file, '\x7fELF'));
    expect(code).toBe(1);
    expect(stdout).toContain('The file is no program of this architecture.');
  });
});

describe('--fix-for', () => {
  test.each([
    ['docker', 'docker run --security-opt seccomp=unconfined'],
    ['podman', 'podman run --security-opt unmask=ALL'],
    ['kubernetes', 'procMount: Unmasked'],
    ['github-actions', '- run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'],
    ['gitlab', 'privileged = true'],
    ['ubuntu', 'apparmor_parser -r'],
  ])('%s', (platform, text) => {
    const { code, stdout, stderr } = doctor([`--fix-for=${platform}`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(text);
  });

  test("the profile is for this ns-init's own path", () => {
    const { stdout } = doctor(['--fix-for=ubuntu']);
    expect(stdout).toContain(`\nprofile ns-init ${realpathSync(NS_INIT)} flags=(unconfined) {\n`);
  });

  test('a path that AppArmor would read otherwise is quoted', () => {
    const folder = path.join(project.folder, 'a [b] c');
    cpSync(path.dirname(NS_INIT), folder, { recursive: true });
    const { stdout } = doctor(['--fix-for=ubuntu'], { NS_JEST_BINARIES: folder });
    const real = realpathSync(path.join(project.folder)).concat('/a \\[b\\] c/ns-init');
    expect(stdout).toContain(`\nprofile ns-init "${real}" flags=(unconfined) {\n`);
  });

  test.each([
    ['--fix-for=dockr', '--fix-for knows no "dockr". Did you mean "docker"?'],
    [
      '--fix-for=mainframe',
      '--fix-for knows no "mainframe". Known: github-actions, gitlab, kubernetes, podman, docker, ubuntu',
    ],
    ['--verbose', 'doctor has no argument "--verbose". See: ns-jest doctor --help'],
  ])('what is unknown is one error: %s', (arg, says) => {
    expect(doctor([arg])).toEqual({ code: 2, stdout: '', stderr: `ns-jest: ${says}\n` });
  });

  test('goes with no --json', () => {
    expect(doctor(['--json', '--fix-for=docker'])).toMatchObject({ code: 2, stdout: '' });
  });
});

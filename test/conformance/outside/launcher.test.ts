import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, hostState, sandboxProcesses } from '../../support/host';
import { FULL, IDS, run, sh, start } from '../../support/ns-init';
import { NS_INIT } from '../../support/package';

// What a launcher owes the command that it starts: ns-init by itself, without Jest.

const LINKS = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'];

/** Each with the namespaces that are new then. */
const MODES: [string, string[], string[]][] = [
  ['all namespaces', FULL, LINKS],
  ['the command as PID 1', [...FULL, '--as-pid-1'], LINKS],
  ['no PID namespace', ['--unshare=user,uts,ipc', ...IDS], ['ipc', 'user', 'uts']],
  ['no namespaces', [], []],
];

/** Of the host, what other tests beside do not change. */
const untouched = () => [os.hostname(), hostState().mounts];
let before: unknown;
beforeEach(() => {
  before = untouched();
});
afterEach(async () => {
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  expect(untouched()).toEqual(before);
});

// Nothing that sandboxes cover.
const scratch = mkdtempSync('/var/tmp/ns-jest-test-');
afterAll(() => rmSync(scratch, { recursive: true }));
const there = (name: string) => path.join(scratch, name);
/** What cannot be executed. */
writeFileSync(there('plain of RUN-07'), '#!/bin/sh\n');
mkdirSync(there('directory of RUN-07'));
writeFileSync(there('script of RUN-07'), '#!/no/such/interpreter\n', { mode: 0o755 });
symlinkSync('loop of RUN-07', there('loop of RUN-07'));

describe.each(MODES)('%s', (_, words, created) => {
  // 125 is the launcher's own where set-up failed, too: what is reported tells them apart.
  test.each([0, 1, 7, 125, 127, 255])(
    'RUN-01 exit code %d of the command is that of the launcher',
    async (code) => {
      const ended = await run(words, sh(`exit ${code}`));
      expect(ended.code).toBe(code);
      expect(ended.status).toMatchObject([
        { type: 'ready' },
        { type: 'exited', code, signal: null },
      ]);
    },
  );

  test.each<[NodeJS.Signals, number]>([
    ['SIGTERM', 3],
    ['SIGINT', 4],
    ['SIGHUP', 5],
    ['SIGUSR2', 6],
  ])('RUN-03 %s reaches the command, whose exit code %d is returned', async (signal, code) => {
    const name = signal.slice('SIG'.length);
    const { child, ended, output } = start(
      words,
      sh(`trap "echo ${name}; exit ${code}" ${name}; echo up; while :; do sleep 0.01; done`),
    );
    expect(await eventually(() => output() === 'up\n')).toBe(true);
    child.kill(signal);
    expect(await ended).toMatchObject({ code, stdout: `up\n${name}\n` });
  });

  test.each([
    ['is missing', 'missing', os.constants.errno.ENOENT],
    ['may not be executed', 'plain', os.constants.errno.EACCES],
    ['is a directory', 'directory', os.constants.errno.EACCES],
    ['wants an interpreter that is missing', 'script', os.constants.errno.ENOENT],
    ['is a link to itself', 'loop', os.constants.errno.ELOOP],
  ])('RUN-07 a command that %s is named, and has no exit code', async (_, name, errno) => {
    const command = there(`${name} of RUN-07`);
    const ended = await run(words, [command, 'argument']);
    expect(ended.status.filter(({ type }) => type !== 'ready')).toEqual([
      { type: 'failed', step: 'exec', subject: command, errno },
    ]);
    expect(ended).toMatchObject({ code: 125, stdout: '', stderr: '' });
  });

  test('RUN-08 output and errors go where they were directed', async () => {
    const files = ['out', 'err'].map((name) => openSync(there(name), 'w'));
    const child = spawn(
      NS_INIT,
      [...words, '--', ...sh('echo one; echo two >&2; sh -c "echo three; echo four >&2"')],
      { stdio: ['ignore', ...files] },
    );
    const code = await new Promise((resolve) => child.once('close', resolve));
    for (const file of files) closeSync(file);
    expect(code).toBe(0);
    expect(readFileSync(there('out'), 'utf8')).toBe('one\nthree\n');
    expect(readFileSync(there('err'), 'utf8')).toBe('two\nfour\n');
  });

  test('RUN-13 of many open descriptors those are there that were asked for', async () => {
    const child = spawn(
      NS_INIT,
      [
        ...[...words, '--status-fd=3', '--lifeline-fd=4', '--pass-fd=7', '--pass-fd=19', '--'],
        // The shell has read the names, and closed the directory, before the first is looked at.
        ...sh('for fd in /proc/$$/fd/*; do [ -e $fd ] && basename $fd; done; :'),
      ],
      { stdio: ['ignore', ...Array(20).fill('pipe')] },
    );
    let stdout = '';
    child.stdout?.on('data', (chunk) => {
      stdout += chunk;
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(
      stdout
        .split('\n')
        .slice(0, -1)
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual([...[0, 1, 2, 7, 19]]);
  });

  test('NS-09 the process that is reported is the one above the command, or it', async () => {
    const links = `for name in ${LINKS.join(' ')}; do readlink /proc/$$/ns/$name; done`;
    const { child, ended, output, reports } = start(
      words,
      sh(`echo $$; echo $PPID; ${links}; echo up; exec sleep 1000`),
    );
    expect(await eventually(() => output().endsWith('up\n'))).toBe(true);
    const [pid, parent, ...inside] = output().split('\n').slice(0, -2);
    const { type, init } = reports()[0] as { type: string; init: number };
    expect(type).toBe('ready');
    // As the host counts, and as is counted inside.
    const pids = /^NSpid:\t(.*)$/m.exec(readFileSync(`/proc/${init}/status`, 'utf8'))?.[1];
    expect(pids?.split('\t')[0]).toBe(String(init));
    expect(pids?.split('\t').at(-1)).toBe(words.includes('--as-pid-1') ? pid : parent);
    // Its namespaces, as the host reads them, are those that the command reads.
    const linksOf = (process: number | string) =>
      LINKS.map((name) => readlinkSync(`/proc/${process}/ns/${name}`));
    expect(inside).toEqual(linksOf(init));
    const own = linksOf('self');
    expect(LINKS.filter((_name, index) => inside[index] !== own[index])).toEqual(created);

    child.kill('SIGTERM');
    // PID 1 has no action by default.
    if (words.includes('--as-pid-1')) process.kill(init, 'SIGKILL');
    await ended;
  });
});

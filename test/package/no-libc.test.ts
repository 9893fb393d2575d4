import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { IDS, start } from '../support/ns-init';
import { installed } from '../support/packed';

let package_: ReturnType<typeof installed>;

beforeAll(() => {
  package_ = installed();
});

afterAll(() => package_.remove());

/** A root that holds ns-init and nothing else: no libc, of whatever kind, no shell, no /etc. */
async function inBareRoot(...command: string[]) {
  const program = path.join(package_.package, 'prebuilds', `linux-${process.arch}`, 'ns-init');
  return start(
    [
      ...['--unshare=user,mount,pid,uts,ipc,net', ...IDS, '--proc'],
      ...['--root=empty', '--root-data=mode=755', `--ro-bind=${program}`, '--onto=/ns-init'],
      '--chdir=/',
    ],
    command,
  ).ended;
}

test('in a root without any library, ns-init runs', async () => {
  const { code, stderr } = await inBareRoot('/ns-init');
  expect(stderr).toContain('usage: ns-init');
  expect(code).toBe(2);
});

test('and opens a sandbox in there, in which a program runs', async () => {
  const { code, stderr } = await inBareRoot(
    ...['/ns-init', '--unshare=user,mount,pid,uts,ipc,net', '--uid-map=0:0:1', '--gid-map=0:0:1'],
    ...['--deny-setgroups', '--hostname=inner', '--loopback', '--', '/ns-init', '--no-such-option'],
  );
  expect(stderr).toContain('unknown option: --no-such-option');
  expect(code).toBe(2);
});

test('nothing else is there to run', async () => {
  const { status } = await inBareRoot('/bin/sh');
  expect(status).toContainEqual(expect.objectContaining({ step: 'exec', subject: '/bin/sh' }));
});

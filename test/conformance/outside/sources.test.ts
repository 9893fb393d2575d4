import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { testUnless } from '../support/needs';
import { OneRun } from '../support/one-run';

// What is mounted into a sandbox comes from whoever runs Jest.

const isRoot = process.getuid?.() === 0;

testUnless(isRoot ? undefined : 'needs a file of root’s, and another user to be')(
  'RUN-16 what only root outside can reach can be mounted for who is not root there',
  async () => {
    // Nobody else may enter it.
    const secret = mkdtempSync('/var/tmp/ns-jest-test-');
    mkdirSync(path.join(secret, 'folder'));
    writeFileSync(path.join(secret, 'folder', 'file'), 'reached', { mode: 0o644 });
    writeFileSync(path.join(secret, 'single'), 'reached, too', { mode: 0o644 });
    const ids = [{ inside: 0, outside: 100_000, count: 65_536 }];
    const run = await OneRun.of({
      bound: {
        options: {
          uidMap: ids,
          gidMap: ids,
          mounts: [
            { type: 'bind', source: path.join(secret, 'folder'), target: '/tmp/folder' },
            { type: 'bind', source: path.join(secret, 'single'), target: '/tmp/single' },
          ],
        },
        text: `
          test('not by its path', () => {
            expect(fs.readFileSync('/proc/self/uid_map', 'utf8').trim().split(/ +/)).toEqual(['0', '100000', '65536']);
            expect(attempt(() => fs.readFileSync('${secret}/single'))).toBe('EACCES');
          });
          test('where it is mounted', () => {
            expect(fs.readFileSync('/tmp/folder/file', 'utf8')).toBe('reached');
            expect(fs.readFileSync('/tmp/single', 'utf8')).toBe('reached, too');
            expect(attempt(() => fs.writeFileSync('/tmp/single', 'x'))).toBe('EACCES');
          });`,
      },
    });
    try {
      run.expectPassed('bound');
    } finally {
      run.remove();
      rmSync(secret, { recursive: true });
    }
  },
);

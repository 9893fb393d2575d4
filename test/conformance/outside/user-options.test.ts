import { statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { outcomes, Project } from '../../support/project';

// Who the user is inside, as the options have it: files of one run, seen from the outside as well.

const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const as = (inside: number) => ({
  uidMap: [{ inside, outside: own.uid }],
  gidMap: [{ inside, outside: own.gid }],
});

const FILES = {
  'USER-23 root': { options: {}, uid: 0 },
  'USER-23 root by name': { options: { mapRootUser: true }, uid: 0 },
  'USER-23 nobody': { options: as(65534), uid: 65534 },
  'USER-23 the outer user': { options: { mapCurrentUser: true }, uid: own.uid },
  'USER-24 99999': { options: as(99_999), uid: 99_999 },
  'USER-24 the last id that there is': { options: as(2 ** 32 - 2), uid: 2 ** 32 - 2 },
} as const;
const NAMES = Object.keys(FILES) as Array<keyof typeof FILES>;

let project: Project;
let passed: string[];

beforeAll(async () => {
  const files = NAMES.map((name, index) => {
    const { options, uid } = FILES[name];
    return [
      `${index}.test.js`,
      `/** @jest-environment-options ${JSON.stringify(options)} */
      const fs = require('fs');
      test('${name}', () => {
        expect([process.getuid(), process.geteuid()]).toEqual([${uid}, ${uid}]);
        expect(require('child_process').execFileSync('id', ['-u'], { encoding: 'utf8' })).toBe('${uid}\\n');
        fs.writeFileSync('${index}.made', '');
        expect(fs.statSync('${index}.made').uid).toBe(${uid});
      });`,
    ];
  });
  project = new Project(Object.fromEntries(files));
  passed = outcomes(await project.run({ preset: 'ns-jest' }));
}, 120_000);
afterAll(() => project.remove());

test.each(NAMES)('%s is the inner user, who is the same outside', (name) => {
  expect(passed).toContain(`${name}: passed`);
  const made = path.join(project.folder, `${NAMES.indexOf(name)}.made`);
  expect(statSync(made)).toMatchObject(own);
});

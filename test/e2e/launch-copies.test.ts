/** A process that is copied, by the addon alone: what its copies have, and in what state. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { NS_INIT } from '../support/package';

const ADDON = path.join(path.dirname(NS_INIT), 'ns_jest.node');

/** Runs a program that has the addon, and returns what it printed. */
function run(program: string): string {
  const text = `const addon = require(${JSON.stringify(ADDON)}); ${program}`;
  const { stdout } = spawnSync(process.execPath, ['-e', text], { encoding: 'utf8' });
  return stdout.trim();
}

test('a copy has what was allocated since the process was warm', () => {
  const status = run(`
    const [channel] = addon.socketpair(1);
    addon.copyStart(channel);
    addon.copyPrepare();
    const all = [];
    for (let i = 0; i < 3e5; i += 1) all.push({ i });
    const pid = addon.copyOnHost();
    if (pid !== undefined) console.log(addon.copyEnd(pid, 30_000));
    else addon.exitAtOnce(all.every(({ i }, at) => i === at) ? 42 : 1);`);
  // A wait status: exited, with that code.
  expect(status).toBe(String(42 << 8));
});

test('a copy that is made while V8 works beside has none of its locks held', () => {
  const statuses = run(`
    const [channel] = addon.socketpair(1);
    addon.copyStart(channel);
    require('node:v8').setFlagsFromString('--expose-gc');
    const gc = require('node:vm').runInNewContext('gc');
    const live = [];
    for (let i = 0; i < 2e5; i += 1) live.push({ i, text: \`\${i}\` });
    addon.copyPrepare();
    const statuses = [];
    for (let round = 0; round < 40; round += 1) {
      for (let i = 0; i < 2e4; i += 1) live[(i * 7919) % live.length] = { round, text: \`\${i} \${round}\` };
      // What is left to sweep is swept beside.
      gc();
      const pid = addon.copyOnHost();
      if (pid === undefined) {
        for (let i = 0; i < 3000; i += 1) ({})[\`new \${i}\`] = { [\`of \${i}\`]: i };
        addon.exitAtOnce(42);
      }
      const status = addon.copyEnd(pid, 5_000);
      statuses.push(status);
      if (status === null) break;
    }
    console.log(JSON.stringify(statuses));
    addon.exitAtOnce(0);`);
  expect(JSON.parse(statuses)).toEqual(Array(40).fill(42 << 8));
});

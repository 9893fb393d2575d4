import { expect, test } from '@jest/globals';
import { eventually, hostState, sandboxProcesses } from '../support/host';
import { Project } from '../support/project';

const FILES = 200;

test(`after ${FILES} files, each of which used everything, the host is as it was`, async () => {
  const before = hostState();
  const project = new Project(
    Object.fromEntries(
      Array.from({ length: FILES }, (_, index) => [
        `${index}.test.js`,
        `const { ns } = require('ns-jest');
         const fs = require('fs');
         test('finds nothing of the others, and leaves everything', () => {
           expect(ns).toHaveNoIpcObjects();
           expect(fs.readdirSync('/dev/shm')).toEqual([]);
           expect(ns.processes.list()).toHaveLength(2);
           ns.hostname.set('file-${index}');
           ns.messageQueues.create({ key: 1 });
           ns.sharedMemory.create({ key: 1, size: 4096 });
           ns.semaphores.create({ key: 1, count: 1 });
           ns.posixQueues.create({ name: '/q' });
           ns.mounts.mount({ type: 'tmpfs', target: '/mnt' });
           ns.addresses.add({ interface: 'lo', address: '10.0.0.1/32' });
           ns.routes.add({ destination: '10.1.0.0/16', type: 'blackhole' });
           fs.writeFileSync('/dev/shm/left', '');
           fs.writeFileSync('/tmp/left', '');
           require('http').createServer().listen(80);
           require('net').createServer().listen('\\0abstract');
           require('child_process').spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref();
         });`,
      ]),
    ),
  );
  const { json, stderr } = await project.run({ preset: 'ns-jest' }, { args: ['-w', '2'] });
  project.remove();
  expect(stderr).not.toContain('●');
  expect(json).toMatchObject({ numPassedTests: FILES, numTotalTests: FILES, success: true });
  await eventually(() => sandboxProcesses().length === 0);
  expect(hostState()).toEqual(before);
}, 600_000);

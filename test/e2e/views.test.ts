import { expect, test } from '@jest/globals';
import { outcomes, Project } from '../support/project';

/** Mounts and a network as tests make them, and every view of them as a snapshot. */
const TEST = `
  const fs = require('fs');
  const os = require('os');
  const path = require('path');
  const { ns } = require('ns-jest');

  test('mounts', () => {
    const base = fs.mkdtempSync(path.join(os.tmpdir(), 'view-'));
    for (const name of ['data', 'copy', 'shared']) fs.mkdirSync(path.join(base, name));
    const data = path.join(base, 'data');
    ns.mounts.mount({ type: 'tmpfs', target: data, options: ['nosuid', 'size=64k', 'mode=700'] });
    ns.mounts.mount({ type: 'bind', source: data, target: path.join(base, 'copy'), readonly: true });
    ns.mounts.mount({ type: 'tmpfs', target: path.join(base, 'shared'), options: ['shared'] });
    ns.namespaces.pin({ namespace: 'uts' }, path.join(base, 'uts'));
    expect(ns.mounts.view({ below: base })).toMatchSnapshot();
    expect(ns.mounts.view({ below: '/dev' }).length).toBeGreaterThan(0);
    expect(ns.mounts.view({ below: '/dev/shm' })).toMatchSnapshot();
  });

  test('network', () => {
    ns.interfaces.add({ kind: 'bridge', name: 'br0' });
    ns.interfaces.add({ kind: 'veth', name: 'left', master: 'br0', peer: { name: 'right' } });
    for (const name of ['br0', 'left', 'right']) ns.interfaces.up(name);
    ns.addresses.add({ interface: 'right', address: '10.7.0.1/24' });
    ns.addresses.add({ interface: 'right', address: 'fd07::1/64' });
    ns.routes.add({ destination: 'default', gateway: '10.7.0.254' });
    ns.routes.add({ destination: '192.0.2.0/24', type: 'blackhole', metric: 7 });
    expect(ns.interfaces.view()).toMatchSnapshot();
    expect(ns.routes.view()).toMatchSnapshot();
    expect(ns.routes.view({ table: 'local', family: 'inet' })).toMatchSnapshot();
  });
`;

test('snapshots of the views are the same in two runs, and show what was made', async () => {
  const project = new Project({ 'a.test.js': TEST });
  try {
    const first = await project.run({ preset: 'ns-jest' });
    expect(outcomes(first)).toEqual(['mounts: passed', 'network: passed']);
    const snapshot = project.read('__snapshots__/a.test.js.snap');
    const second = await project.run({ preset: 'ns-jest' }, { args: ['--ci'] });
    expect(outcomes(second)).toEqual(['mounts: passed', 'network: passed']);
    expect(project.read('__snapshots__/a.test.js.snap')).toBe(snapshot);
    // The same for root and for an ordinary user.
    expect(snapshot).toMatchSnapshot();
  } finally {
    project.remove();
  }
});

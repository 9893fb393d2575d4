/**
 * @jest-environment-options {"hostname": "web-1.example.org", "domainname": "example"}
 */
import fs from 'node:fs';
import os from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

describe('UTS-11 the names of the options', () => {
  test('are what this process, its threads and its children see', async () => {
    expect(os.hostname()).toBe('web-1.example.org');
    expect(ns.domainname.get()).toBe('example');
    expect(ns.agent().uts.get()).toMatchObject({
      nodename: 'web-1.example.org',
      domainname: 'example',
    });
    expect((await ns.run('uname', ['-n'])).stdout).toBe('web-1.example.org\n');
  });

  test('are under /proc/sys/kernel', () => {
    expect(fs.readFileSync('/proc/sys/kernel/hostname', 'utf8')).toBe('web-1.example.org\n');
    expect(fs.readFileSync('/proc/sys/kernel/domainname', 'utf8')).toBe('example\n');
  });

  test('are those of a namespace that the host is not in', () => {
    expect(ns.namespaces.ids().uts).not.toBe(ns.namespaces.hostIds().uts);
  });
});

import fs from 'node:fs';
import os from 'node:os';
import { test } from '@jest/globals';

// What a kernel has not, where no probe short of the test itself would tell; for all else there is `ns.needs`.

/** Why something cannot be had here; undefined if it can. */
export type Reason = string | undefined;

/** `test`, or what skips it with the reason in brackets. */
export function testUnless(
  reason: Reason,
): (title: string, body: () => void | Promise<void>) => void {
  if (reason === undefined) return test;
  return (title, body) => test.skip(`${title} [skipped: ${reason}]`, body);
}

export function linux(version: string): Reason {
  const [major, minor] = numbersOf(version);
  const [ownMajor, ownMinor] = numbersOf(os.release());
  const enough = ownMajor > major || (ownMajor === major && ownMinor >= minor);
  return enough ? undefined : `needs Linux ${version}, this is ${os.release()}`;
}

function numbersOf(version: string): [number, number] {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return [Number(major), Number(minor)];
}

/** A kind of file system that this kernel has. */
export function fileSystem(type: string): Reason {
  const known = fs
    .readFileSync('/proc/filesystems', 'utf8')
    .split('\n')
    .map((line) => line.split('\t')[1]);
  return known.includes(type) ? undefined : `needs the file system ${type}`;
}

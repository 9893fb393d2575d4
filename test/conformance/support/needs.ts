import fs from 'node:fs';
import os from 'node:os';
import { test } from '@jest/globals';

// What a kernel has not, where no probe short of the test itself would tell; for all else there is `ns.needs`.

/** Why something cannot be had here; undefined if it can. */
export type Reason = string | undefined;

type Declare = (title: string, body: () => void | Promise<void>) => void;

/** `test`, or what skips it with the reason in brackets. */
export function testUnless(reason: Reason): Declare {
  if (reason === undefined) return test;
  return (title, body) => test.skip(`${title} [skipped: ${reason}]`, body);
}

/**
 * Two tests of one behaviour: `otherwise` says what this machine does instead where it lacks what `reason`
 * names, so that the boundary is tested, too. Its title ends in the reason.
 */
export function testOr(
  reason: Reason,
  title: string,
  body: Parameters<Declare>[1],
  otherwise: Parameters<Declare>[1],
): void {
  if (reason === undefined) test(title, body);
  else test(`${title} [instead: ${reason}]`, otherwise);
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

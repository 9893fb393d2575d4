/** Networks that tests make: a host and an outside of their own, each a network namespace. */
import { execFileSync, spawnSync } from 'node:child_process';
import { hostState } from './host';

/** Whether a command can do its work here. With NS_JEST_MUST_WORK=1 nothing is asked: it has to. */
export function works(command: string, ...args: string[]): boolean {
  return process.env.NS_JEST_MUST_WORK === '1' || spawnSync(command, args).status === 0;
}

export const isRoot = process.getuid?.() === 0;

/** Which kinds of links this kernel has: asked in a network namespace that is gone at once. */
export function hasLink(...words: string[]): boolean {
  const script = `ip link add ns-jest-a type bridge && ip link add ns-jest-b ${words.join(' ')}`;
  return (
    spawnSync('unshare', ['--user', '--map-root-user', '--net', 'sh', '-c', script]).status === 0
  );
}

export function sh(script: string): string {
  return execFileSync('/bin/sh', ['-ec', script], { encoding: 'utf8' });
}

/** Of the host, what a sandbox's network could change. */
export function hostNetwork(): object {
  const { sysctls, interfaces, routes, namespaces, sandboxProcesses } = hostState();
  const named = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' }).stdout;
  const tables = isRoot ? spawnSync('nft', ['list', 'tables'], { encoding: 'utf8' }).stdout : '';
  // The first two lines of /proc/net/dev are headings.
  return {
    sysctls,
    interfaces: interfaces.slice(2),
    routes,
    namespaces,
    sandboxProcesses,
    named,
    tables,
  };
}

import type { Agent } from 'ns-jest';

/**
 * A procfs of the agent's namespaces in place of the sandbox's, which shows other processes and has the
 * kernel's files read-only. The agent needs a mount namespace of its own.
 */
export function mountProc(agent: Agent): void {
  agent.mounts.mount({ source: 'proc', target: '/proc', type: 'proc' });
}

/** Writes to a file that is there, as those below /proc are. */
export function writeKernelFile(agent: Agent, path: string, text: string | number): void {
  agent.fs.writeFile(path, String(text), { flags: 'O_WRONLY' });
}

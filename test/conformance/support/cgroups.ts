import { afterEach } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';

// Groups of the machine's own trees. Whatever a test makes there it takes away.

const agents: Agent[] = [];
const groups: string[] = [];

afterEach(() => {
  for (const agent of agents.splice(0).reverse()) agent.end();
  const remover = ns.agent();
  for (const group of groups.splice(0).reverse()) remove(remover, group);
  remover.end();
});

/**
 * With those that were made below. EBUSY: the kernel has yet to take the last process out, which it does
 * on its own.
 */
function remove(remover: Agent, group: string): void {
  for (const name of remover.fs.readdir(group)) {
    const below = `${group}/${name}`;
    if (remover.fs.lstat(below).isDirectory) remove(remover, below);
  }
  const deadline = Date.now() + 5000;
  for (;;) {
    try {
      remover.cgroup.remove(group);
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== 'EBUSY' || Date.now() > deadline) throw error;
    }
  }
}

/** An agent that ends with the test: in plain Jest nothing else sees to that. */
export function hostAgent(options?: Parameters<typeof ns.agent>[0]): Agent {
  const agent = ns.agent(options);
  agents.push(agent);
  return agent;
}

/** A group below the agent's own, of version 2 or of a controller of version 1. */
export function group(agent: Agent, name: string, controller?: string): string {
  const parent = agent.cgroup.directory(controller);
  if (parent === undefined)
    throw new Error(`No cgroup tree is mounted for ${controller ?? 'version 2'}`);
  return subgroup(agent, parent, `ns-jest-conformance-${process.pid}-${name}`);
}

export function subgroup(agent: Agent, parent: string, name: string): string {
  const directory = agent.cgroup.make(`${parent}/${name}`);
  groups.push(directory);
  return directory;
}

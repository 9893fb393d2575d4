import { Agent } from './agent';
import { bear } from './birth';
import { Core } from './core';
import { type AgentOptions, checkAgentOptions } from './options';

export { constants } from './constants';
export { Memory } from './memory';
export { struct } from './struct';

/** Makes the others, so that each is born by clone3(2) whatever namespaces it is to have. */
let starter: Agent | undefined;

/**
 * A new agent: a single-threaded process that the test drives.
 *
 * @throws SystemError if the kernel refuses a namespace, a map or whatever else the options ask for.
 */
export function agent(options: AgentOptions = {}): Agent {
  checkAgentOptions(options);
  return bear(readyStarter(), options);
}

/** In the working directory that the test has now. A test may have killed it, with all its processes. */
function readyStarter(): Agent {
  if (starter?.alive) {
    try {
      starter.fs.chdir(process.cwd());
      return starter;
    } catch (error) {
      if ((error as { code?: string }).code !== 'AGENT_ENDED') throw error;
    }
  }
  // Born in it.
  starter = new Agent(Core.start());
  return starter;
}

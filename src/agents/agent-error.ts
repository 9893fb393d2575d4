import type { WaitStatus } from '../text/wait-status';

export type AgentErrorCode = 'AGENT_ENDED' | 'AGENT_TIMEOUT' | 'AGENT_BUSY';

/** An agent could not do what it was asked, for a reason that is not the kernel's refusal. */
export class AgentError extends Error {
  /** How the agent ended, where that is known. */
  declare readonly status?: WaitStatus;

  constructor(
    message: string,
    readonly code: AgentErrorCode,
    /** The agent's process id, as the test sees it. */
    readonly pid: number,
    status?: WaitStatus,
  ) {
    super(message);
    if (status !== undefined) this.status = status;
    Object.defineProperty(this, 'name', { value: 'AgentError', configurable: true });
  }
}

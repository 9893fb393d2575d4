/** `ns-jest enter`: a command, or a shell, in a sandbox that is there. */
import { tell } from '../hand-over/notices';
import { attend } from '../launch/attend';
import { enterSandbox } from '../launch/enter-sandbox';
import { runningSandboxes } from '../launch/running-sandboxes';
import { type Command, splitAtBorder, UsageError } from './command';

export const enter: Command = {
  summary: 'run a command, or a shell, in a sandbox that is there',
  usage: `usage: ns-jest enter ID [-- COMMAND [ARG...]]

Runs a command in the sandbox of this ID, which ns-jest ps tells: in all its namespaces, with its root,
working directory and environment, as its user, with its capabilities. Without a command: $SHELL, or sh. The
exit code is the command's, as of ns-jest run.

The processes of a sandbox that was kept are stopped: kill -CONT lets one go on.
`,
  async run(args) {
    const { words, behind } = splitAtBorder(args);
    const [id, ...more] = words;
    if (id === undefined || more.length > 0 || behind?.length === 0) {
      throw new UsageError('Expected an ID, and a command behind "--" or none');
    }
    const sandbox = runningSandboxes().find((each) => `${each.id}` === id);
    if (sandbox === undefined) {
      throw new UsageError(`There is no sandbox ${id} of yours. See: ns-jest ps`);
    }
    const { code, refusal } = await attend(() => enterSandbox(sandbox, behind ?? [], tell));
    if (refusal) tell(refusal.message);
    return code;
  },
};

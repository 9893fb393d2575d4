/** A sandbox as a test file gets it, by the same options, spec and launch; a short command runs in it. */
import { SandboxError } from '../../errors/sandbox-error';
import { openSandbox, type Sandbox, type SandboxEnd } from '../../launch/open-sandbox';
import { binaryPath } from '../../native/load';
import { environmentInside } from '../../options/processes/environment';
import { readOptions } from '../../options/read-options';
import { type SandboxSpec, toSpecWithoutFile } from '../../options/sandbox-spec';

/** A command that does less than a second's work. */
const LIMIT_MS = 20_000;

export interface Tried extends SandboxEnd {
  spec: SandboxSpec;
  stdout: string;
}

/**
 * @param argv Default: ns-init itself, which is there in every sandbox and gone at once.
 * @throws SandboxError as a run would.
 */
export async function trySandbox(options: object, argv?: string[]): Promise<Tried> {
  const checked = readOptions(options as Record<string, unknown>);
  const spec = toSpecWithoutFile(checked);
  const [notice] = [...spec.ids.notices, ...spec.limits.notices];
  if (notice !== undefined) throw new SandboxError(notice);
  const sandbox = openSandbox(spec, {
    argv: argv ?? [binaryPath('ns-init')],
    env: environmentInside(process.env, checked),
    hasChannel: false,
  });
  return { spec, ...(await outputAndEnd(sandbox)) };
}

async function outputAndEnd(sandbox: Sandbox): Promise<SandboxEnd & { stdout: string }> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    sandbox.kill();
  }, LIMIT_MS);
  let stdout = '';
  sandbox.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  sandbox.stderr.resume();
  const end = await sandbox.ended;
  clearTimeout(timer);
  sandbox.kill();
  if (isLate)
    throw new SandboxError(
      `The sandbox was there, and its command did not end within ${LIMIT_MS} ms`,
    );
  if (end.error) throw end.error;
  return { ...end, stdout };
}

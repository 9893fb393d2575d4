/** What the probes found: as data, and as text. */
import os from 'node:os';
import { SandboxError, type SandboxErrorFacts } from '../../errors/sandbox-error';
import type { Probe, Probes } from './probe';

/** What `--json` prints. Keys may be added; those that are there stay. */
export interface Report {
  package: string;
  node: string;
  kernel: string;
  platform: string;
  uid: number;
  /** Whether a default sandbox can be had. */
  ok: boolean;
  probes: Finding[];
}

export interface Finding {
  name: string;
  enables: string;
  /** Of a default sandbox; else an option asks for it. */
  required: boolean;
  works: boolean;
  /** What is worth knowing besides. */
  detail?: string;
  /** Of what does not work: what a run would say, and the facts that it consists of. */
  error?: { message: string } & SandboxErrorFacts;
}

export async function examine({ required, optional }: Probes): Promise<Report> {
  const probes: Finding[] = [];
  // One after the other: what one takes, another would lack.
  for (const probe of required) probes.push(await ask(probe, true));
  for (const probe of optional) probes.push(await ask(probe, false));
  return {
    package: (require('../../../package.json') as { version: string }).version,
    node: process.version,
    kernel: os.release(),
    platform: `${process.platform}-${process.arch}`,
    uid: process.geteuid?.() ?? 0,
    ok: probes.every((finding) => finding.works || !finding.required),
    probes,
  };
}

async function ask({ name, enables, ask }: Probe, required: boolean): Promise<Finding> {
  try {
    const detail = await ask();
    return { name, enables, required, works: true, ...(detail === undefined ? {} : { detail }) };
  } catch (error) {
    return { name, enables, required, works: false, error: factsOf(error as Error) };
  }
}

function factsOf(error: Error): NonNullable<Finding['error']> {
  return { message: error.message, ...(error instanceof SandboxError ? error.facts : {}) };
}

const NAME_WIDTH = 18;

/** @param hint What to try where the default sandbox cannot be had. */
export function textOf(report: Report, hint: string | undefined): string {
  const { probes, ok } = report;
  const lines = [
    `ns-jest ${report.package}, Linux ${report.kernel}, ${report.platform}, Node.js ${report.node}, user id ${report.uid}`,
  ];
  const said = new Map<string, string>();
  for (const required of [true, false]) {
    lines.push('', required ? 'Every sandbox:' : 'By options:');
    for (const finding of probes.filter((each) => each.required === required)) {
      lines.push(...linesOf(finding, said));
    }
  }
  const failing = probes.filter(({ works, required }) => !works && required !== ok);
  const count = `${failing.length} of ${probes.filter(({ required }) => required !== ok).length}`;
  lines.push(
    '',
    ok
      ? `A default sandbox can be had.${failing.length > 0 ? ` Options that cannot: ${count}.` : ''}`
      : `No default sandbox can be had: ${count} of its parts cannot.`,
    ...(ok || hint === undefined ? [] : [hint]),
  );
  return `${lines.join('\n')}\n`;
}

function linesOf(
  { name, enables, works, detail, error }: Finding,
  said: Map<string, string>,
): string[] {
  const title = `  ${works ? 'yes' : 'NO '}  ${name.padEnd(NAME_WIDTH)}${enables}`;
  if (error === undefined) return [detail === undefined ? title : `${title} (${detail})`];
  const earlier = said.get(error.message);
  if (earlier !== undefined) return [`${title} (see "${earlier}")`];
  said.set(error.message, name);
  return [title, ...error.message.split('\n').map((line) => `         ${line}`)];
}

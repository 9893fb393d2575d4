/** `npx ns-jest doctor`: what works on this machine, and what to do about the rest. */
import { realpathSync } from 'node:fs';
import { whyUnsupported } from '../../hand-over/supported';
import { binaryPath } from '../../native/load';
import { nearest } from '../../text/nearest';
import { type Command, UsageError } from '../command';
import { PLATFORM_NAMES, PLATFORMS, type PlatformName, platformHere } from './fixes';
import { PROBES } from './probes';
import { examine, textOf } from './report';

const FIX_FOR = '--fix-for=';

export const doctor: Command = {
  summary: 'what works on this machine, why the rest does not, and the fix',
  usage: `usage: ns-jest doctor [--json]
       ns-jest doctor --fix-for=PLATFORM

Opens sandboxes of all kinds, as a run of Jest does, and says what can be had. Exit code: 0 if a default
sandbox can be had, else 1.

  --json              the same as one JSON object: { package, node, kernel, platform, uid, ok, probes },
                      and each probe: { name, enables, required, works, detail?, error? }
  --fix-for=PLATFORM  prints what to write there, with this ns-init's own path:
                      ${PLATFORM_NAMES.join(', ')}
`,
  async run(args) {
    const { json, fixFor } = readArguments(args);
    if (fixFor !== undefined) {
      process.stdout.write(PLATFORMS[fixFor].fix(realpathSync(binaryPath('ns-init'))));
      return 0;
    }
    const unsupported = whyUnsupported();
    if (unsupported !== undefined) throw new Error(unsupported);
    const report = await examine(PROBES);
    process.stdout.write(
      json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report, hintHere()),
    );
    return report.ok ? 0 : 1;
  },
};

function readArguments(args: string[]): { json: boolean; fixFor: PlatformName | undefined } {
  let json = false;
  let fixFor: PlatformName | undefined;
  for (const arg of args) {
    if (arg === '--json') json = true;
    else if (arg.startsWith(FIX_FOR)) fixFor = readPlatform(arg.slice(FIX_FOR.length));
    else throw new UsageError(`doctor has no argument "${arg}". See: ns-jest doctor --help`);
  }
  if (json && fixFor !== undefined) throw new UsageError('--json goes with no --fix-for');
  return { json, fixFor };
}

function readPlatform(name: string): PlatformName {
  if (Object.hasOwn(PLATFORMS, name)) return name as PlatformName;
  const meant = nearest(name, PLATFORM_NAMES);
  throw new UsageError(
    `--fix-for knows no "${name}". ${meant ? `Did you mean "${meant}"?` : `Known: ${PLATFORM_NAMES.join(', ')}`}`,
  );
}

function hintHere(): string | undefined {
  const here = platformHere();
  return here && `What to write here: npx ns-jest doctor ${FIX_FOR}${here}`;
}

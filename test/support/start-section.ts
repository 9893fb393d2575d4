import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE } from './package';

/** What the README tells a newcomer to do, from its section "Start". */
export interface StartSection {
  /** Lines of shell, in order. */
  commands: string[];
  /** The files to write; where the README offers a choice, all that it offers. */
  files: Map<string, string[]>;
}

export function startSection(): StartSection {
  const readme = readFileSync(path.join(PACKAGE, 'README.md'), 'utf8');
  const section = /^## Start\n(.*?)^## /ms.exec(readme)?.[1];
  if (section === undefined) throw new Error('README.md has no section "Start"');

  const start: StartSection = { commands: [], files: new Map() };
  let file: string | undefined;
  // Prose and blocks take turns.
  for (const [, prose = '', language, code = ''] of section.matchAll(
    /(.*?)^```(\w+)\n(.*?)^```$/gms,
  )) {
    // A block is the file that was named last.
    file = [...prose.matchAll(/`([\w.-]+\.js)`/g)].at(-1)?.[1] ?? file;
    if (language === 'sh') start.commands.push(...code.trim().split('\n'));
    else if (file === undefined) throw new Error(`README.md names no file for: ${code}`);
    else start.files.set(file, [...(start.files.get(file) ?? []), code]);
  }
  return start;
}

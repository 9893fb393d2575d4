import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE } from './package';

export interface Section {
  heading: string;
  text: string;
  /** What stands between backticks, in lines and in blocks. */
  code: string;
}

/** The sections of the second level of a page in docs/. */
export function sectionsOf(page: string): Section[] {
  const [, ...parts] = readFileSync(path.join(PACKAGE, 'docs', page), 'utf8').split(/^## /m);
  return parts.map((part) => {
    const [heading = '', ...lines] = part.split('\n');
    const text = lines.join('\n').trim();
    const code = [...text.matchAll(/```\w*\n([\s\S]*?)```|`([^`\n]+)`/g)]
      .map(([, block, inline]) => block ?? inline)
      .join('\n');
    return { heading: heading.trim(), text, code };
  });
}

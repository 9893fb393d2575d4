import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE } from './package';

/** A block of code in what users read. */
export interface Block {
  /** Its file and line, such as "docs/options.md:12". */
  place: string;
  language: string;
  code: string;
  /** The file that the line before says it is, where it does. */
  file: string | undefined;
}

/** Of the README and all pages in docs/. */
export function allBlocks(): Block[] {
  const pages = readdirSync(path.join(PACKAGE, 'docs')).map((name) => `docs/${name}`);
  return ['README.md', ...pages].flatMap((page) => {
    const text = readFileSync(path.join(PACKAGE, page), 'utf8');
    return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(
      ({ index, 1: language = '', 2: code = '' }) => {
        const before = text.slice(0, index);
        return {
          place: `${page}:${before.split('\n').length}`,
          language,
          code,
          file: /`([\w.-]+\.js)`[^`\n]*:\n\n$/.exec(before)?.[1],
        };
      },
    );
  });
}

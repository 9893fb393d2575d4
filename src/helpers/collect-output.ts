import type { Readable } from 'node:stream';

/** Keeps what a stream says, as text: characters of several bytes survive being cut into pieces. */
export function collectText(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  return () => text;
}

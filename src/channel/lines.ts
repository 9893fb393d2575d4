import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Calls `onLine` with each line of `stream`, without its end. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  // Pieces of the line that is still arriving: joined once, so that a long line costs its length.
  let pieces: string[] = [];
  stream.on('data', (chunk: Buffer) => {
    const lines = decoder.write(chunk).split('\n');
    const last = lines.pop() as string;
    for (const line of lines) {
      const whole = pieces.join('') + line;
      pieces = [];
      onLine(whole);
    }
    pieces.push(last);
  });
}

/** Sockets that wait to be spoken to, in the words of proc_net(5) and unix(7). */
import os from 'node:os';
import { addressText } from '../helpers/address-bytes';

/** The hexadecimal numbers of the tables' column `st`. net/tcp_states.h */
const LISTEN = '0A';
const UNCONNECTED = '07';

const TABLES = [
  { table: 'tcp', state: LISTEN },
  { table: 'tcp6', state: LISTEN },
  { table: 'udp', state: UNCONNECTED },
  { table: 'udp6', state: UNCONNECTED },
] as const;

/** __SO_ACCEPTCON: listen(2) was called. */
const ACCEPTS = 0x1_0000;
const DATAGRAM = '0002';

export interface ListeningSocket {
  inode: string;
  protocol: string;
  /** As ss(8) prints it; of unix sockets the path, or the abstract name behind an `@`. */
  address: string;
}

/** The rows of those that listen, each behind the name of its table. */
export function listening(read: (table: string) => string): string {
  const ofInternet = TABLES.flatMap(({ table, state }) =>
    rowsOf(readIfThere(read, table))
      .filter((row) => row.trim().split(/\s+/)[3] === state)
      .map((row) => `${table} ${row.trim()}`),
  );
  const ofUnix = rowsOf(readIfThere(read, 'unix'))
    .filter(isBoundUnix)
    .map((row) => `unix ${row}`);
  return [...ofInternet, ...ofUnix].join('\n');
}

/** What `listening` has found. */
export function parseListening(rows: string): ListeningSocket[] {
  return rows
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => {
      const [protocol = '', ...columns] = row.split(/\s+/);
      if (protocol === 'unix') {
        const address = /^unix(?: +\S+){7} (.*)$/s.exec(row)?.[1] ?? '';
        // Node.js before 22 fills an abstract name up with NULs, which the kernel prints so.
        const name = address.replace(/^(@.*?)@+$/, '$1');
        return { protocol, address: name, inode: columns[6] ?? '' };
      }
      return {
        protocol: protocol.replace('6', ''),
        address: socketAddress(columns[1] ?? ''),
        inode: columns[9] ?? '',
      };
    });
}

function rowsOf(table: string): string[] {
  return table
    .split('\n')
    .slice(1)
    .filter((row) => row !== '');
}

/** A kernel without IPv6 has no tables of it. */
function readIfThere(read: (table: string) => string, table: string): string {
  try {
    return read(table);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function isBoundUnix(row: string): boolean {
  const [, , , flags = '', type, , , path] = row.split(/\s+/);
  if (path === undefined || path === '') return false;
  return (Number.parseInt(flags, 16) & ACCEPTS) !== 0 || type === DATAGRAM;
}

/** `0100007F:0050`: words of four bytes, each in the machine's own order. */
function socketAddress(text: string): string {
  const [hex = '', port = ''] = text.split(':');
  const words = (hex.match(/.{8}/g) ?? []).map((word) => Buffer.from(word, 'hex'));
  if (os.endianness() === 'LE') for (const word of words) word.reverse();
  const bytes = Buffer.concat(words);
  const number = Number.parseInt(port, 16);
  return bytes.length === 4
    ? `${addressText('inet', bytes)}:${number}`
    : `[${addressText('inet6', bytes)}]:${number}`;
}

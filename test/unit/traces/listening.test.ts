import { expect, test } from '@jest/globals';
import { listening, parseListening } from '../../../src/traces/listening';

// Recorded. Of each table one row listens and the others do not.

const TABLES: Record<string, string> = {
  tcp: `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0                     
   1: 0100007F:0050 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1                    
`,
  tcp6: `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 100 0 0 10 0
`,
  udp: `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops             
  201: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4714 2 0000000000000000 0         
  202: 0100007F:9C40 0100007F:0035 01 00000000:00000000 00:00000000 00000000     0        0 4715 2 0000000000000000 0         
`,
  unix: `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01  4716 /tmp/a b
0000000000000000: 00000002 00000000 00010000 0001 01  4717 @left@@@@@@@@
0000000000000000: 00000003 00000000 00000000 0001 03  4718 /tmp/a b
0000000000000000: 00000003 00000000 00000000 0001 03  4719
0000000000000000: 00000002 00000000 00000000 0002 01  4720 /run/log
`,
};

test('sockets that wait to be spoken to', () => {
  const read = (table: string) => {
    const text = TABLES[table];
    if (text === undefined) throw Object.assign(new Error(table), { code: 'ENOENT' });
    return text;
  };
  expect(parseListening(listening(read))).toEqual([
    { protocol: 'tcp', address: '127.0.0.1:80', inode: '4711' },
    { protocol: 'tcp', address: '[::1]:8080', inode: '4713' },
    { protocol: 'udp', address: '0.0.0.0:53', inode: '4714' },
    { protocol: 'unix', address: '/tmp/a b', inode: '4716' },
    { protocol: 'unix', address: '@left', inode: '4717' },
    { protocol: 'unix', address: '/run/log', inode: '4720' },
  ]);
});

test('none', () => {
  expect(parseListening(listening(() => 'header\n'))).toEqual([]);
});

test('a table that may not be read is an error', () => {
  const read = () => {
    throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
  };
  expect(() => listening(read)).toThrow('EACCES');
});

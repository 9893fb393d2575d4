import { expect, test } from '@jest/globals';
import { encode } from '../../../src/channel/encode';
import { parseMessage } from '../../../src/hand-over/parse-message';

const FILE = { testPath: '/a.test.js', globalConfig: { detectOpenHandles: true } };
const parse = (message: unknown, file = FILE) => parseMessage(encode(message).trim(), file);
const RESULT = { fullName: 'a', status: 'passed' };

test.each([
  { type: 'test-event', name: 'test-case-start', payload: ['/a.test.js', RESULT] },
  { type: 'test-event', name: 'test-case-result', payload: ['/a.test.js', RESULT] },
  { type: 'console', entry: { message: 'm', origin: 'o', type: 'log' } },
  { type: 'open-handles', handles: [{ id: 1, resource: 'Timeout', stack: 's', isOpen: true }] },
  { type: 'since', title: 'a › b', pids: [7] },
  { type: 'left', traces: [{ kind: 'mount', key: 'k', description: 'd' }], pid: 7 },
  { type: 'file-succeeded', result: { testFilePath: '/a.test.js', testResults: [] } },
  // What a test runner of the project's own returns.
  { type: 'file-succeeded', result: {} },
  { type: 'file-failed', error: undefined },
  { type: 'not-isolated', namespaces: ['net'] },
])('$type is a message', (message) => {
  expect(parse(message)).toEqual(message);
});

test.each([
  null,
  5,
  'text',
  [],
  {},
  { type: 'unknown' },
  { type: 'toString' },
  { type: 'test-event' },
  { type: 'test-event', name: 'test-case-result', payload: ['/a.test.js', null] },
  { type: 'test-event', name: 'test-case-result', payload: ['/b.test.js', RESULT] },
  { type: 'test-event', name: 'test-file-failure', payload: ['/a.test.js', RESULT] },
  { type: 'console', entry: { message: 'm' } },
  { type: 'open-handles', handles: [{ id: 1 }] },
  { type: 'since', title: 'a', pids: ['7'] },
  { type: 'left', traces: [{ kind: 'mount' }], pid: 7 },
  { type: 'left', traces: [] },
  { type: 'file-succeeded', result: { testFilePath: '/b.test.js' } },
  { type: 'file-failed' },
  { type: 'not-isolated' },
])('%j is none', (message) => {
  expect(parse(message)).toBeUndefined();
});

test('open handles are a message only where they were asked for', () => {
  const message = { type: 'open-handles', handles: [] };
  expect(parse(message)).toEqual(message);
  expect(parse(message, { ...FILE, globalConfig: { detectOpenHandles: false } })).toBeUndefined();
});

test('a line that is no clone is no message', () => {
  expect(parseMessage('nonsense', FILE)).toBeUndefined();
});

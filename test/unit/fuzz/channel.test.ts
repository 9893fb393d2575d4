import { serialize } from 'node:v8';
import { expect, test } from '@jest/globals';
import { decode, encode } from '../../../src/channel/encode';
import { packError, unpackError } from '../../../src/channel/errors';
import { parseMessage } from '../../../src/hand-over/parse-message';
import { parseStatus, stepError } from '../../../src/launch/status';
import { fuzz, mutateBytes, mutateText, mutateValue } from '../../support/fuzz';

const FILE = { testPath: '/a.test.js', globalConfig: { detectOpenHandles: true } };
const RESULT = { fullName: 'a', title: 'a', status: 'passed', failureMessages: [], duration: 3 };
const ERROR = packError(
  Object.assign(new AggregateError([new TypeError('one')], 'two', { cause: { code: 'X' } }), {
    matcherResult: { pass: false },
  }),
);
const MESSAGES = [
  { type: 'test-event', name: 'test-case-start', payload: [FILE.testPath, RESULT] },
  { type: 'test-event', name: 'test-case-result', payload: [FILE.testPath, RESULT] },
  { type: 'console', entry: { message: 'm', origin: 'o', type: 'log' } },
  { type: 'open-handles', handles: [{ id: 1, resource: 'Timeout', stack: 's', isOpen: true }] },
  { type: 'file-succeeded', result: { testFilePath: FILE.testPath, testResults: [RESULT] } },
  { type: 'file-failed', error: ERROR },
  { type: 'not-isolated', namespaces: ['net'] },
];
const STATUS = [
  '{"type":"failed","step":"mount tmpfs","subject":"/tmp","errno":12}',
  '{"type":"missing","namespace":"time","errno":1}',
  '{"type":"fallback","wanted":"pivot_root","instead":"chroot","errno":22}',
  '{"type":"ready","init":29403,"micros":{"started":1074565114,"cloned":1074567036}}',
  '{"type":"exited","code":0,"signal":null,"userMicros":1,"systemMicros":2,"maxRssKib":3,"left":[{"pid":7,"command":"sleep 1"}]}',
  '{"type":"used","memoryPeak":1,"pidsPeak":2}',
  '{"type":"init-killed","signal":9}',
];

/** Nothing that a test writes to the channel may throw in Jest's process. */
const isOwnError = () => false;

function askMessage(line: string): string {
  const message = parseMessage(line, FILE);
  if (message === undefined) return '';
  if (message.type === 'file-failed') unpackError(message.error);
  return MESSAGES.some(({ type }) => type === message.type) ? '' : `another type: ${message.type}`;
}

test('lines of the channel', () => {
  const inputs = MESSAGES.map((message) => encode(message).trim());
  expect(fuzz({ inputs, mutate: mutateText, ask: askMessage, isOwnError })).toBeUndefined();
});

test('the structured clones in them', () => {
  expect(
    fuzz({
      inputs: MESSAGES.map((message) => serialize(message)),
      mutate: mutateBytes,
      ask: (bytes) => askMessage(bytes.toString('base64')),
      isOwnError,
      show: (bytes) => bytes.toString('base64'),
    }),
  ).toBeUndefined();
});

test('the values in those', () => {
  expect(
    fuzz<unknown>({
      inputs: MESSAGES,
      mutate: mutateValue,
      ask: (value) => {
        const line = encode(value).trim();
        return line.includes('\n') ? 'more than a line' : askMessage(line);
      },
      isOwnError,
      show: (value) => String(JSON.stringify(decode(encode(value)))),
    }),
  ).toBeUndefined();
});

test('lists that are said to be longer than they are take no time', () => {
  const endless = Object.assign([], { length: 4_000_000_000 });
  for (const message of [
    { type: 'open-handles', handles: endless },
    { type: 'not-isolated', namespaces: endless },
  ]) {
    expect(parseMessage(encode(message).trim(), FILE)).toBeUndefined();
  }
});

test('lines of the status', () => {
  expect(
    fuzz({
      inputs: STATUS,
      mutate: mutateText,
      ask: (line) => {
        const status = parseStatus(line);
        if (status?.type !== 'failed') return '';
        return stepError(status).message.startsWith('Could not open the sandbox: ')
          ? ''
          : 'no error';
      },
      isOwnError,
    }),
  ).toBeUndefined();
});

import { isList } from '../channel/attempt';
import { decode } from '../channel/encode';
import type { FromTestProcess } from '../channel/messages';

/** What a message has to fit: the one file that runs, and whether open handles were asked for. */
export interface ExpectedFile {
  testPath: string;
  globalConfig: Record<string, unknown>;
}

type Fields = Record<string, unknown>;

/** By type, whether a message has the shape of its type, and is of the file that runs. */
const CHECKS: Record<FromTestProcess['type'], (message: Fields, file: ExpectedFile) => boolean> = {
  begun: () => true,
  'test-event': ({ name, payload }, file) =>
    (name === 'test-case-start' || name === 'test-case-result') &&
    Array.isArray(payload) &&
    payload[0] === file.testPath &&
    isObject(payload[1]) &&
    typeof payload[1].fullName === 'string',
  console: ({ entry }) =>
    isObject(entry) && [entry.message, entry.origin, entry.type].every(isString),
  'open-handles': ({ handles }, { globalConfig }) =>
    Boolean(globalConfig.detectOpenHandles) && isList(handles) && handles.every(isHandle),
  since: ({ title, pids }) =>
    isString(title) && isList(pids) && pids.every((pid) => typeof pid === 'number'),
  left: ({ traces, pid }) => isList(traces) && traces.every(isTrace) && typeof pid === 'number',
  'file-succeeded': ({ result }, { testPath }) =>
    isObject(result) && [undefined, testPath].includes(result.testFilePath as string | undefined),
  'file-failed': (message) => 'error' in message,
  'not-isolated': ({ namespaces }) => isList(namespaces) && namespaces.every(isString),
};

/**
 * The message in one line of the channel, or undefined where there is none. A test can write to any
 * descriptor of its process: what is no message, or is another file's, is none of ours.
 */
export function parseMessage(line: string, file: ExpectedFile): FromTestProcess | undefined {
  const message = decode(line);
  if (!isObject(message) || !isString(message.type)) return undefined;
  if (!Object.hasOwn(CHECKS, message.type)) return undefined;
  const fits = CHECKS[message.type as FromTestProcess['type']](message, file);
  return fits ? (message as unknown as FromTestProcess) : undefined;
}

function isHandle(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.id === 'number' &&
    [value.resource, value.stack].every(isString) &&
    ['number', 'undefined'].includes(typeof value.trigger)
  );
}

function isTrace(value: unknown): boolean {
  return (
    isObject(value) &&
    [value.kind, value.description].every(isString) &&
    ['number', 'undefined'].includes(typeof value.pid)
  );
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

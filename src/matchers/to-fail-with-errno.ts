import os from 'node:os';
import util from 'node:util';
import { nearest } from '../text/nearest';
import type { MatcherContext, MatcherResult } from './define-matcher';

/** What came of the subject. */
type Outcome = { returned: unknown } | { threw: unknown };

/** EUSERS is not among Node's. `ERRNO_524` is how an error without a name is told. */
const CODES = [...Object.keys(os.constants.errno), 'EUSERS'];
const NAMELESS = /^ERRNO_\d+$/;

/**
 * A function, or a promise, fails with this code of errno(3). Its subject is the test's own call, not
 * `ns`, so it stands apart from the others.
 */
export function toFailWithErrno(
  this: MatcherContext,
  subject: unknown,
  code: string,
): MatcherResult | Promise<MatcherResult> {
  const judge = judgement(this, code);
  checkUse(this, subject, code);
  if (isPromise(subject)) return settle(subject).then(judge);
  const outcome = attempt(subject as () => unknown);
  if ('returned' in outcome && isPromise(outcome.returned)) {
    return settle(outcome.returned).then(judge);
  }
  return judge(outcome);
}

function attempt(operation: () => unknown): Outcome {
  try {
    return { returned: operation() };
  } catch (error) {
    return { threw: error };
  }
}

async function settle(promise: PromiseLike<unknown>): Promise<Outcome> {
  try {
    return { returned: await promise };
  } catch (error) {
    return { threw: error };
  }
}

function hintOf({ utils, isNot = false, promise = '' }: MatcherContext): string {
  return utils.matcherHint('toFailWithErrno', 'operation', 'expected', { isNot, promise });
}

function judgement(context: MatcherContext, expected: string) {
  const { utils, isNot = false } = context;
  return (outcome: Outcome): MatcherResult => {
    const pass = 'threw' in outcome && isSame(codeOf(outcome.threw), expected);
    return {
      pass,
      message: () =>
        [
          hintOf(context),
          '',
          `Expected errno: ${isNot ? 'not ' : ''}${utils.printExpected(expected)}`,
          `What happened:  ${utils.RECEIVED_COLOR(describe(outcome))}`,
        ].join('\n'),
    };
  };
}

/** Some numbers have two names: EAGAIN and EWOULDBLOCK, ENOTSUP and EOPNOTSUPP. */
function isSame(code: unknown, expected: string): boolean {
  const numbers: Readonly<Record<string, number>> = os.constants.errno;
  return code === expected || (isNamed(code) && numbers[code] === numbers[expected]);
}

function isNamed(code: unknown): code is string {
  return typeof code === 'string' && Object.hasOwn(os.constants.errno, code);
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code;
}

function describe(outcome: Outcome): string {
  if ('returned' in outcome) return `it did not fail, and returned ${show(outcome.returned)}`;
  const { threw } = outcome;
  if (!util.types.isNativeError(threw)) return `it threw ${show(threw)}`;
  // A system error's message begins with its code; another's name says more.
  const { message, name } = threw;
  const code = codeOf(threw);
  const named = typeof code === 'string' && message.startsWith(`${code}:`);
  return `it failed with ${named ? message : `${name}: ${message}`}`;
}

function show(value: unknown): string {
  return util.inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}

function checkUse(context: MatcherContext, subject: unknown, code: unknown): void {
  const { utils } = context;
  if (typeof subject !== 'function' && !isPromise(subject)) {
    throw new Error(
      utils.matcherErrorMessage(
        hintOf(context),
        `${utils.RECEIVED_COLOR('received')} value must be a function or a promise`,
        utils.printWithType('Received', subject, utils.printReceived),
      ),
    );
  }
  if (CODES.includes(code as string) || NAMELESS.test(String(code))) return;
  const meant = nearest(String(code), CODES);
  throw new Error(
    utils.matcherErrorMessage(
      hintOf(context),
      `${utils.EXPECTED_COLOR('expected')} value must be a name of errno(3) such as "EPERM".${meant ? ` Did you mean "${meant}"?` : ''}`,
      utils.printWithType('Expected', code, utils.printExpected),
    ),
  );
}

import { type Facts, isFacts } from './facts';

type Print = (value: unknown) => string;
type Colour = (text: string) => string;

/** The part of Jest's matcher context that is used here, alike in Jest 29 and 30. */
export interface MatcherContext {
  readonly isNot?: boolean;
  readonly promise?: string;
  equals(a: unknown, b: unknown): boolean;
  utils: {
    matcherHint(
      matcherName: string,
      received?: string,
      expected?: string,
      options?: { isNot?: boolean; promise?: string },
    ): string;
    matcherErrorMessage(hint: string, generic: string, specific?: string): string;
    printExpected: Print;
    printReceived: Print;
    printWithType(name: string, value: unknown, print: Print): string;
    EXPECTED_COLOR: Colour;
    RECEIVED_COLOR: Colour;
  };
}

export interface MatcherResult {
  pass: boolean;
  message(): string;
}

/** What a check has at hand besides the facts. */
export interface Tools extends Pick<MatcherContext, 'equals' | 'utils'> {
  isNot: boolean;
  /** One line for each item, indented and in the colour of what was received. */
  lines(items: readonly string[]): string[];
  /** The test itself is wrong: an error with .not and without. `generic` goes on after "expected". */
  wrongUse(generic: string, specific?: string): never;
}

/** What a check found; `report` are the lines below the matcher's hint when the assertion fails. */
export interface Finding {
  pass: boolean;
  report: string[];
}

/** A matcher for `expect(ns)`: sees to the subject and the layout, and leaves the question to `check`. */
export function defineMatcher<Args extends unknown[]>(
  name: string,
  check: (facts: Facts, tools: Tools, ...args: Args) => Finding,
) {
  return function (this: MatcherContext, subject: unknown, ...args: Args): MatcherResult {
    const { equals, utils, isNot = false, promise = '' } = this;
    const hint = utils.matcherHint(name, 'ns', args.length === 0 ? '' : 'expected', {
      isNot,
      promise,
    });
    if (!isFacts(subject)) {
      throw new Error(
        utils.matcherErrorMessage(
          hint,
          `${utils.RECEIVED_COLOR('received')} value must be ns, as in: import { ns } from 'ns-jest'`,
          utils.printWithType('Received', subject, utils.printReceived),
        ),
      );
    }
    const tools: Tools = {
      equals,
      utils,
      isNot,
      lines: (items) =>
        (items.length === 0 ? ['none'] : items).map((item) => `  ${utils.RECEIVED_COLOR(item)}`),
      wrongUse(generic, specific) {
        const text = `${utils.EXPECTED_COLOR('expected')} ${generic}`;
        throw new Error(utils.matcherErrorMessage(hint, text, specific));
      },
    };
    const { pass, report } = check(subject, tools, ...args);
    return { pass, message: () => [hint, '', ...report].join('\n') };
  };
}

import { expect, test } from '@jest/globals';
import type { Report } from '../../../src/channel/messages';
import { Progress } from '../../../src/hand-over/progress';

function started(fullName: string): Report {
  return {
    type: 'test-event',
    name: 'test-case-start',
    payload: ['/a.test.js', { ancestorTitles: [], title: fullName, fullName }],
  };
}

function ended(fullName: string, status: string, invocations = 1): Report {
  return {
    type: 'test-event',
    name: 'test-case-result',
    payload: ['/a.test.js', { fullName, status, invocations }],
  };
}

function follow(...reports: Report[]) {
  const progress = new Progress();
  for (const report of reports) progress.note(report);
  return progress;
}

const summary = ({ results }: Progress) =>
  results.map(({ fullName, status }) => `${fullName} ${status}`);

const running = (progress: Progress) => progress.running.map(({ fullName }) => fullName);

test('before the first event nothing has begun', () => {
  expect(follow().hasBegun).toBe(false);
});

test('a test runs from its start to its result', () => {
  expect(running(follow(started('a')))).toEqual(['a']);
  const progress = follow(started('a'), ended('a', 'passed'));
  expect(running(progress)).toEqual([]);
  expect(summary(progress)).toEqual(['a passed']);
  expect(progress.hasBegun).toBe(true);
});

test('a retry takes the place of the attempt before', () => {
  expect(
    summary(follow(ended('a', 'failed', 1), ended('b', 'passed'), ended('a', 'passed', 2))),
  ).toEqual(['b passed', 'a passed']);
});

test('tests that run at once end one by one', () => {
  const progress = follow(started('a'), started('b'), started('a'), ended('a', 'passed'));
  expect(running(progress)).toEqual(['b', 'a']);
});

test('a retry that never ends follows an attempt that failed', () => {
  const progress = follow(started('a'), ended('a', 'failed'), started('a'));
  expect(progress.takeFailed('a')).toMatchObject({ status: 'failed', invocations: 1 });
  expect(progress.results).toEqual([]);
  expect(progress.takeFailed('a')).toBeUndefined();
});

test('a retry leaves a test of the same name that has passed', () => {
  expect(
    summary(follow(ended('a', 'failed'), ended('a', 'passed'), ended('a', 'passed', 2))),
  ).toEqual(['a passed', 'a passed']);
});

test('two tests of one name are two', () => {
  expect(summary(follow(ended('a', 'failed'), ended('a', 'passed')))).toEqual([
    'a failed',
    'a passed',
  ]);
});

test('the console is kept in order', () => {
  const entry = (message: string): Report => ({ type: 'console', entry: { message } });
  expect(follow(entry('one'), entry('two')).console).toEqual([
    { message: 'one' },
    { message: 'two' },
  ]);
});

/** jest-runner has stack traces mapped, from when a file's set-up files have run: see its runTest. */
import type { JestPackages } from '../jest/find-jest';

interface SourceMapSupport {
  install(options: unknown): void;
  resetRetrieveHandlers(): void;
}

/** After the warm-up: of traces that no file has asked for to be mapped, nothing is changed. */
export function unmapStackTraces(jest: JestPackages): void {
  const support = jest.require('source-map-support') as SourceMapSupport;
  const { install } = support;
  const { prepareStackTrace } = Error;
  // They hold what the warm-up's file was run with.
  support.resetRetrieveHandlers();
  Reflect.deleteProperty(Error, 'prepareStackTrace');
  // It believes that it is in force still.
  support.install = (options) => {
    support.install = install;
    Error.prepareStackTrace = prepareStackTrace;
    install(options);
  };
}

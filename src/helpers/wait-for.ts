const STEP_MS = 2;

/**
 * Calls the attempt until it no longer fails with that code, or so many milliseconds have passed:
 * then its last error is thrown. Blocks the thread, as everything in `ns` but `run` does; without a
 * clock, because a test may have faked it.
 */
export function waitFor<Result>(milliseconds: number, code: string, attempt: () => Result): Result {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; ; waited += STEP_MS) {
    try {
      return attempt();
    } catch (error) {
      if ((error as { code?: string }).code !== code || waited >= milliseconds) throw error;
      Atomics.wait(sleeper, 0, 0, STEP_MS);
    }
  }
}

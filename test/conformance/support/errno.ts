/**
 * With which errno the kernel refuses something; 'none' if it does not. What is no refusal of a system
 * call is thrown on, so that a slip in a test is never taken for the expected failure.
 */
export function errnoOf(call: () => unknown): string {
  try {
    call();
    return 'none';
  } catch (error) {
    const { code, syscall } = error as { code?: string; syscall?: string };
    if (code === undefined || syscall === undefined) throw error;
    return code;
  }
}

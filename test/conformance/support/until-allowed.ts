const LIMIT_MS = 5000;

/** Tries again what the kernel refuses with this code, until it has done what it does in its own time. */
export function untilAllowed<Result>(code: string, attempt: () => Result): Result {
  for (const end = Date.now() + LIMIT_MS; ; ) {
    try {
      return attempt();
    } catch (error) {
      if ((error as { code?: string }).code !== code || Date.now() > end) throw error;
    }
  }
}

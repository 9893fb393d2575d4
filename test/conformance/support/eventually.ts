/**
 * Whether something comes true within five seconds: for what the kernel does in its own time, such as the
 * end of a namespace.
 */
export async function eventually(check: () => boolean): Promise<boolean> {
  for (let round = 0; round < 500; round += 1) {
    if (check()) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return check();
}

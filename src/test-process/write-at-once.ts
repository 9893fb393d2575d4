/**
 * Makes writes to a stream end when the kernel has the bytes. Ours are socket pairs, on which Node
 * writes in its own time: what is not written when the process exits would be lost, and a test may
 * exit, hang or crash it at any moment.
 */
export function writeAtOnce(stream: object): void {
  (stream as { _handle?: { setBlocking?(on: boolean): void } })._handle?.setBlocking?.(true);
}

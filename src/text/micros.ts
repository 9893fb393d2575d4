/** Now, in microseconds of CLOCK_MONOTONIC: every process of this machine counts alike. clock_gettime(2) */
export function micros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Descriptors that the launcher, ns-init and the test process have between them. */
export interface Descriptors {
  channel: number;
  status: number;
  lifeline: number;
  debug: number;
  /** Of a sandbox whose command is a copy of the fork server. */
  copy: number;
}

/** The lowest from 3 on that are not those of the tests. Both sides of the border count alike. */
export function descriptorsBeside(passFds: readonly number[]): Descriptors {
  const free: number[] = [];
  for (let fd = 3; free.length < 5; fd++) {
    if (!passFds.includes(fd)) free.push(fd);
  }
  const [channel, status, lifeline, debug, copy] = free as [number, number, number, number, number];
  return { channel, status, lifeline, debug, copy };
}

/**
 * Entry of the fork server: load and warm what a test process needs, by one real pass, and give a copy
 * to whoever asks, until nobody is left who could.
 */
import { randomInt } from 'node:crypto';
import { callNative } from '../native/load';
import { Border } from '../test-process/border';
import { keepCompiledCode } from '../test-process/compile-cache';
import { serveFile } from '../test-process/serve-file';
import { becomeTestProcess, takeExit } from './become-test-process';
import { receiveOrder } from './order';
import { seedRealm, useUpIntegers, useUpUuids } from './random-numbers';
import { ReadyEnvironment } from './ready-environment';
import { selfCheck } from './self-check';
import { serveCopies } from './serve-copies';
import { warmUp } from './warm-up';

/** What Jest gives us: where the order comes from, and where copies are asked for. */
const ORDER_FD = 3;
const REQUESTS_FD = 4;
/** A copy has none: with --inspect the launch strategy is `exec`. */
const NO_DEBUGGER = -1;

async function main(): Promise<void> {
  callNative('copyStart', [ORDER_FD]);
  // Before others keep what they find here, to put it back one day.
  takeExit();
  const order = await receiveOrder(ORDER_FD);
  const saveCode = keepCompiledCode(order.warmUp);
  const ready = new ReadyEnvironment(order.warmUp);
  let refusal = await warmUp(order.warmUp, ready);
  saveCode();
  callNative('copyPrepare', []);
  refusal ??= await selfCheck(order.folder);
  await order.answer(refusal);
  const seed = randomInt(2 ** 30);
  useUpIntegers();
  const copy = serveCopies(REQUESTS_FD);
  useUpUuids();
  serveFile({
    border: new Border(copy.channel),
    debugFd: NO_DEBUGGER,
    prepare: (request) => becomeTestProcess(request, copy),
    conclude: () => callNative('copyTell', []),
    hooks: {
      offer: (Base) => ready.offer(Base),
      onEnvironment: ({ global }) => seedRealm(seed + copy.number, global.Math.random),
    },
  });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

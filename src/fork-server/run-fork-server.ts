/** What the fork server does, from the order that it gets to the file that a copy of it runs. */
import { randomInt } from 'node:crypto';
import { callNative } from '../native/load';
import { Border } from '../test-process/border';
import { keepCompiledCode } from '../test-process/compile-cache';
import { serveFile } from '../test-process/serve-file';
import { becomeTestProcess, takeExit } from './become-test-process';
import { CodeCache } from './code-cache';
import { HandBack } from './hand-back';
import { collectGarbage } from './heap';
import { receiveOrder } from './order';
import { seedRealm, useUpIntegers, useUpUuids } from './random-numbers';
import { ReadyEnvironment } from './ready-environment';
import { beginSelfCheck } from './self-check';
import { serveCopies } from './serve-copies';
import { TransformAhead } from './transform-ahead';
import { TransformMemory } from './transform-memory';
import { warmUp } from './warm-up';

/** A copy has none: with --inspect the launch strategy is `exec`. */
const NO_DEBUGGER = -1;

/**
 * Loads and warms what a test process needs, by one real pass, and gives a copy to whoever asks, until
 * nobody is left who could. Goes on in each copy.
 *
 * @param orders Descriptor of the channel that the order comes from.
 * @param requests Descriptor of the socket that copies are asked for by.
 */
export async function runForkServer(orders: number, requests: number): Promise<void> {
  // Before others keep what they find here, to put it back one day.
  takeExit();
  const order = await receiveOrder(orders);
  const check = await beginSelfCheck(order.folder);
  const saveCode = keepCompiledCode(order.warmUp);
  const ready = new ReadyEnvironment();
  const ahead = new TransformAhead(order, requests);
  const code = new CodeCache();
  const unfit = await warmUp(order, code, ready, ahead);
  const handBack = new HandBack(
    code,
    await TransformMemory.of(order.warmUp).catch(() => undefined),
  );
  saveCode();
  collectGarbage();
  callNative('copyPrepare', []);
  // Waited for in any case: no copy of that kind is left.
  const refusal = [unfit, check.end()].find((each) => each !== undefined);
  await order.answer(refusal);
  if (refusal === undefined) await ahead.begin();
  const seed = randomInt(2 ** 30);
  useUpIntegers();
  const copy = serveCopies(requests, {
    prepare: () => handBack.take(),
    conclude: () => ahead.end(),
  });
  useUpUuids();
  serveFile({
    border: new Border(copy.channel),
    debugFd: NO_DEBUGGER,
    prepare: (request) => {
      becomeTestProcess(request, copy);
      handBack.begin(request);
    },
    conclude: () => {
      callNative('copyTell', []);
      handBack.give();
    },
    isMadeAhead: () => ready.isTaken,
    hooks: {
      offer: (Base) => ready.offer(Base),
      onEnvironment: ({ global }) => seedRealm(seed + copy.number, global.Math.random),
    },
  });
}

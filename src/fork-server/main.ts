/**
 * Entry of the fork server. What V8 does beside is taken over before there is more of it: a thread of
 * Node's own could hold a lock when a copy is made.
 */
import { callNative } from '../native/load';

/** What Jest gives us: where the order comes from, and where copies are asked for. */
const ORDER_FD = 3;
const REQUESTS_FD = 4;

callNative('copyStart', [ORDER_FD]);

const { runForkServer } = require('./run-fork-server') as typeof import('./run-fork-server');
runForkServer(ORDER_FD, REQUESTS_FD).catch((error) => {
  console.error(error);
  process.exit(1);
});

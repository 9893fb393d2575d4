/** Entry of the test process by the launch strategy `exec`. */
import { descriptorsBeside } from '../launch/init-arguments/descriptors';
import { Border } from './border';
import { keepCompiledCode } from './compile-cache';
import { serveFile } from './serve-file';

/** Told behind the script's name, where a worker of Jest's has nothing. */
const passFds = process.argv.splice(2).flatMap((list) => list.split(',').map(Number));
const { channel, debug } = descriptorsBeside(passFds);

let saveCode = () => {};
serveFile({
  border: new Border(channel),
  debugFd: debug,
  prepare: (request) => {
    saveCode = keepCompiledCode(request);
  },
  conclude: () => saveCode(),
});

/** What a file can do: in a copy of the fork server it does what it does in a Node of its own. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Launched, launchBoth } from '../support/launches';
import { outcomes } from '../support/project';

const START = `
  const { see } = require('./see');
  const fs = require('fs');
  const { once } = require('events');
  const { promisify } = require('util');
  const child_process = require('child_process');
  const { Worker } = require('worker_threads');
  const real = require('vm').runInThisContext('process');
  const answer = async (worker) => (await once(worker, 'message'))[0];
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
`;

/** Each is the body of an async test; what it returns is compared. */
const WORK: Record<string, string> = {
  'a worker thread': `
    const worker = new Worker('const { parentPort, threadId } = require("worker_threads"); parentPort.on("message", (value) => { parentPort.postMessage([value, threadId, process.argv, process.execArgv, process.title, process.cwd(), Object.keys(process.env)]); parentPort.close(); });', { eval: true });
    worker.postMessage({ list: [1, new Map([[1, 2]]), new Uint8Array(2)] });
    // At once: both may come in one turn.
    const exit = once(worker, 'exit');
    return [await answer(worker), await exit];`,
  'the words of a worker that has some': `
    return answer(new Worker('require("worker_threads").parentPort.postMessage([process.argv.slice(2), process.execArgv])', { eval: true, argv: ['one'], execArgv: ['--no-warnings'] }));`,
  'the pid of a worker': `
    const [pid, ppid] = await answer(new Worker('require("worker_threads").parentPort.postMessage([process.pid, process.ppid])', { eval: true }));
    return [pid === process.pid, ppid];`,
  'memory that is shared with a worker': `
    const shared = new Int32Array(new SharedArrayBuffer(8));
    const worker = new Worker('const { workerData } = require("worker_threads"); Atomics.store(workerData, 0, 7); Atomics.notify(workerData, 0);', { eval: true, workerData: shared });
    Atomics.wait(shared, 0, 0);
    await once(worker, 'exit');
    return shared[0];`,
  'a worker that never ends': `
    const worker = new Worker('require("worker_threads").parentPort.postMessage(1); for (;;);', { eval: true });
    await answer(worker);
    return worker.terminate();`,
  'a worker whose heap is full': `
    const worker = new Worker('const all = []; for (;;) all.push(new Array(1e5).fill({}))', { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 } });
    return (await once(worker, 'error'))[0].code;`,
  'what a worker prints': `
    const worker = new Worker('console.log("printed")', { eval: true, stdout: true });
    return String((await once(worker.stdout, 'data'))[0]);`,
  'many workers': `
    const workers = Array.from({ length: 8 }, (_, index) => new Worker('const { parentPort, workerData } = require("worker_threads"); let sum = 0; for (let i = 0; i < 1e6; i++) sum += i % 7; parentPort.postMessage([workerData, sum])', { eval: true, workerData: index }));
    return Promise.all(workers.map(answer));`,
  WebAssembly: `
    const bytes = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11]);
    const { instance } = await WebAssembly.instantiate(bytes);
    const module = await WebAssembly.compile(bytes);
    let sum = 0;
    for (let i = 0; i < 1e6; i++) sum = instance.exports.add(sum, i);
    return [sum, WebAssembly.Module.exports(module), new WebAssembly.Memory({ initial: 10 }).grow(10)];`,
  'programs, in all ways': `
    const { spawnSync, execSync, exec, execFile, spawn } = child_process;
    const child = spawn('cat', { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end('piped');
    const [data] = await once(child.stdout, 'data');
    const failing = await promisify(exec)('exit 3').catch(({ code }) => code);
    const killed = spawn('sleep', ['100']);
    const end = once(killed, 'exit');
    killed.kill();
    const gone = spawnSync('/no/such');
    return [
      spawnSync('sh', ['-c', 'echo out; echo err >&2; exit 2'], { encoding: 'utf8' }).output, execSync('echo one', { encoding: 'utf8' }),
      (await promisify(execFile)('echo', ['two'])).stdout, String(data), failing, await end, gone.error.code,
      spawnSync('sleep', ['100'], { timeout: 10 }).signal, spawnSync('sh', ['-c', 'ulimit -a; umask; pwd'], { encoding: 'utf8' }).stdout,
    ];`,
  'a Node of its own': `
    fs.writeFileSync('/tmp/child.js', 'process.on("message", (value) => { process.send([value, process.argv.slice(2), process.execArgv, process.ppid, process.env.FROM]); process.disconnect(); });');
    const child = child_process.fork('/tmp/child.js', ['one'], { env: { ...process.env, FROM: 'parent' } });
    child.send({ from: 'test' });
    const [[value, argv, execArgv, ppid, from]] = await once(child, 'message');
    return [value, argv, execArgv, ppid === process.pid, from, await once(child, 'exit')];`,
  'a handle that is handed on': `
    fs.writeFileSync('/tmp/serves.js', 'process.on("message", (_, server) => { server.on("connection", (socket) => socket.end("served by a child")); process.send("ready"); });');
    const server = require('net').createServer().listen(0);
    await once(server, 'listening');
    const { port } = server.address();
    const child = child_process.fork('/tmp/serves.js');
    child.send('server', server);
    await once(child, 'message');
    server.close();
    const socket = require('net').connect(port);
    const text = String((await once(socket, 'data'))[0]);
    child.kill();
    return [text, await once(child, 'exit')];`,
  'a program that is detached': `
    const child = child_process.spawn('sh', ['-c', 'ps -o pid=,pgid=,sid= -p $$'], { detached: true });
    const ids = String((await once(child.stdout, 'data'))[0]).trim().split(/\\s+/);
    return ids.map((id) => Number(id) === child.pid);`,
  'a cluster': `
    fs.writeFileSync('/tmp/cluster.js', 'const cluster = require("cluster"); const http = require("http"); if (cluster.isPrimary) { const ready = [cluster.fork(), cluster.fork()].map((worker) => new Promise((resolve) => worker.once("listening", (address) => resolve(address)))); Promise.all(ready).then(([{ port }]) => http.get({ port, host: "127.0.0.1" }, (response) => response.on("data", (data) => { console.log(String(data)); for (const worker of Object.values(cluster.workers)) worker.kill(); }))); } else http.createServer((_, response) => response.end("by a worker")).listen(4000, "127.0.0.1");');
    return [child_process.execFileSync(process.execPath, ['/tmp/cluster.js'], { encoding: 'utf8' }), require('cluster').isPrimary];`,
  'a server and its clients': `
    const http = require('http');
    const server = http.createServer((request, response) => request.pipe(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    const ask = (index) => new Promise((resolve, reject) => {
      const request = http.request({ port, host: '127.0.0.1', method: 'POST' }, async (response) => {
        let size = 0;
        for await (const chunk of response) size += chunk.length;
        resolve([index, size]);
      });
      request.on('error', reject);
      request.end('x'.repeat(1e5 + index));
    });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(index)));
    const fetched = typeof fetch === 'function' ? await (await fetch('http://127.0.0.1:' + port, { method: 'POST', body: 'fetched' })).text() : '';
    await new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
    return [answers, fetched];`,
  'sockets of other kinds': `
    const unix = require('net').createServer((socket) => socket.end('unix')).listen('/tmp/socket');
    await once(unix, 'listening');
    const text = String((await once(require('net').connect('/tmp/socket'), 'data'))[0]);
    unix.close();
    const udp = require('dgram').createSocket('udp4');
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    udp.send('datagram', udp.address().port, '127.0.0.1');
    const [message] = await once(udp, 'message');
    udp.close();
    return [text, String(message)];`,
  names: `
    const { lookup } = require('dns').promises;
    return [await lookup('localhost', { family: 4 }), await lookup('no.such.name').catch(({ code }) => code), await lookup('127.0.0.1')];`,
  files: `
    const { mkdtemp, writeFile, readFile, readdir, rm, stat, open } = fs.promises;
    const folder = await mkdtemp('/tmp/files-');
    await Promise.all(Array.from({ length: 50 }, (_, index) => writeFile(folder + '/' + index, 'x'.repeat(index))));
    const sizes = await Promise.all((await readdir(folder)).map(async (name) => [name, (await stat(folder + '/' + name)).size, (await readFile(folder + '/' + name)).length]));
    const watcher = fs.watch(folder);
    setTimeout(() => fs.writeFileSync(folder + '/seen', ''), 10);
    const [, seen] = await once(watcher, 'change');
    watcher.close();
    const stream = fs.createReadStream('/proc/self/status');
    stream.resume();
    await once(stream, 'end');
    await rm(folder, { recursive: true });
    return [sizes.sort(), seen];`,
  compression: `
    const zlib = require('zlib');
    const text = 'compressed '.repeat(1e5);
    const packed = await Promise.all(['gzip', 'deflate', 'brotliCompress'].map((name) => promisify(zlib[name])(text)));
    const unpacked = await Promise.all(['gunzip', 'inflate', 'brotliDecompress'].map((name, index) => promisify(zlib[name])(packed[index])));
    return [packed.map(({ length }) => length), unpacked.map((each) => String(each) === text)];`,
  cryptography: `
    const crypto = require('crypto');
    const { publicKey, privateKey } = await promisify(crypto.generateKeyPair)('rsa', { modulusLength: 1024 });
    const signature = crypto.sign('sha256', Buffer.from('text'), privateKey);
    const keys = await Promise.all(Array.from({ length: 8 }, (_, index) => promisify(crypto.pbkdf2)('secret', String(index), 1000, 16, 'sha512')));
    const digest = await crypto.webcrypto.subtle.digest('SHA-256', Buffer.from('text'));
    return [crypto.verify('sha256', Buffer.from('text'), publicKey, signature), keys.map((key) => key.toString('hex')), Buffer.from(digest).toString('hex'), (await promisify(crypto.scrypt)('a', 'b', 32)).toString('hex'), (await promisify(crypto.randomBytes)(8)).length];`,
  'the context of asynchronous work': `
    const { AsyncLocalStorage, AsyncResource, createHook, executionAsyncId } = require('async_hooks');
    const storage = new AsyncLocalStorage();
    const stores = await storage.run('kept', () => Promise.all([
      pause(1).then(() => storage.getStore()), new Promise((resolve) => setImmediate(() => resolve(storage.getStore()))),
      fs.promises.stat('/').then(() => storage.getStore()), new Promise((resolve) => fs.stat('/', () => resolve(storage.getStore()))),
    ]));
    const types = new Set();
    const hook = createHook({ init: (_, type) => types.add(type) }).enable();
    await pause(1);
    await fs.promises.stat('/');
    hook.disable();
    return [stores, storage.getStore() ?? null, [...types].sort(), executionAsyncId() > 0, new AsyncResource('MINE').asyncId() > 0];`,
  'the order of what comes later': `
    const order = [];
    await new Promise((resolve) => {
      setTimeout(() => { order.push('timeout'); resolve(); }, 5);
      setImmediate(() => order.push('immediate'));
      process.nextTick(() => order.push('tick'));
      queueMicrotask(() => order.push('microtask'));
      Promise.resolve().then(() => order.push('then'));
      order.push('now');
    });
    const interval = await new Promise((resolve) => { let count = 0; const timer = setInterval(() => { if (++count === 3) { clearInterval(timer); resolve(count); } }, 1); });
    const { setTimeout: later } = require('timers/promises');
    return [order, interval, await later(1, 'value'), Math.abs(setTimeout(() => {}, 1).unref().hasRef())];`,
  signals: `
    const heard = [];
    for (const name of ['SIGUSR2', 'SIGTERM', 'SIGHUP', 'SIGINT', 'SIGWINCH', 'SIGCHLD', 'SIGPIPE']) {
      const signal = once(real, name);
      process.kill(process.pid, name);
      heard.push(await signal);
    }
    const child = once(real, 'SIGCHLD');
    child_process.spawn('true');
    heard.push(await child);
    return heard;`,
  'a signal from a child': `
    const signal = once(real, 'SIGUSR2');
    child_process.execFileSync('sh', ['-c', 'kill -USR2 $PPID']);
    return signal;`,
  'streams on stdio': `
    process.stdin.resume();
    await once(process.stdin, 'end');
    const drained = await new Promise((resolve) => real.stdout.write('x'.repeat(1e6) + '\\n', resolve));
    return [drained ?? null, real.stdout.writableLength, real.stdout.isTTY ?? null, fs.fstatSync(1).isSocket(), fs.fstatSync(0).isCharacterDevice()];`,
  memory: `
    const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
    const before = process.memoryUsage().arrayBuffers;
    const buffer = new ArrayBuffer(5e7);
    const after = process.memoryUsage().arrayBuffers;
    const pages = Number(fs.readFileSync('/proc/self/statm', 'utf8').split(' ')[1]) * 4096;
    return [heapUsed < heapTotal, heapTotal < rss, Math.abs(pages - process.memoryUsage.rss()) < 1e7, after - before, buffer.byteLength, external >= arrayBuffers, process.constrainedMemory?.() ?? null];`,
  'garbage collection': `
    let collected = 0;
    const registry = new FinalizationRegistry(() => { collected += 1; });
    for (let i = 0; i < 100; i++) registry.register({ i }, i);
    require('v8').setFlagsFromString('--expose-gc');
    const collect = require('vm').runInNewContext('gc');
    await pause(1);
    collect();
    while (collected < 99) await pause(1);
    const kept = Array.from({ length: 2e5 }, (_, index) => ({ index, next: [index] }));
    return kept.length;`,
  'code that gets hot': `
    const fibonacci = (n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));
    const words = {};
    for (let i = 0; i < 2e5; i++) words['w' + (i % 1000)] = (words['w' + (i % 1000)] ?? 0) + 1;
    return [fibonacci(27), Object.keys(words).length, 'abc'.repeat(1e4).replace(/b+/g, 'd').length, [...Array(1e4).keys()].sort((a, b) => b - a)[0]];`,
  'words of many languages': `
    return [new Intl.NumberFormat('de').format(1234.5), new Date(0).toLocaleString('en-GB', { timeZone: 'Asia/Tokyo' }), Intl.DateTimeFormat().resolvedOptions().timeZone, ['z', 'ä', 'a'].sort(new Intl.Collator('sv').compare), new TextDecoder('utf-16le').decode(new Uint8Array([65, 0]))];`,
  'a time zone that changes': `
    real.env.TZ = 'America/New_York';
    const there = new Date(0).getHours();
    real.env.TZ = 'UTC';
    return [there, new Date(0).getHours()];`,
  'changes of the process': `
    const mask = real.umask(0o22);
    fs.mkdirSync('/tmp/place');
    const before = process.cwd();
    process.chdir('/tmp/place');
    const there = [process.cwd(), fs.realpathSync('.'), child_process.execSync('pwd', { encoding: 'utf8' })];
    process.chdir(before);
    real.umask(mask);
    process.env.ADDED = 'yes';
    return [there, child_process.execSync('echo $ADDED', { encoding: 'utf8' }), mask];`,
  'the flags of a worker': `
    const { Worker } = require('worker_threads');
    const told = async (options) => {
      const worker = new Worker('require("worker_threads").parentPort.postMessage([process.execArgv, process.argv.length, process.env.NODE_OPTIONS ?? null])', { eval: true, ...options });
      const [message] = await once(worker, 'message');
      return message;
    };
    return [await told({}), await told({ execArgv: ['--no-warnings'] }), await told({ argv: ['one'] })];`,
  'modules of both kinds': `
    const { runInNewContext, Script, createContext } = require('vm');
    fs.writeFileSync('/tmp/module.js', 'module.exports = { own: __filename };');
    return [runInNewContext('[typeof process, 1 + 1].join()'), new Script('a + 1').runInContext(createContext({ a: 1 })), require('/tmp/module.js')];`,
  'a debugger of its own': `
    const { Session } = require('inspector');
    const session = new Session();
    session.connect();
    const post = promisify(session.post.bind(session));
    await post('Profiler.enable');
    await post('Profiler.startPreciseCoverage', { callCount: true });
    const { result } = await post('Runtime.evaluate', { expression: '6 * 7' });
    const { result: coverage } = await post('Profiler.takePreciseCoverage');
    session.disconnect();
    return [result, Array.isArray(coverage)];`,
};

const names = Object.keys(WORK);
let exec: Launched;
let fork: Launched;
beforeAll(async () => {
  const tests = Object.entries(WORK).map(
    ([name, body]) =>
      `test(${JSON.stringify(name)}, async () => { see(${JSON.stringify(name)}, await (async () => { ${body} })()); });`,
  );
  ({ exec, fork } = await launchBoth({ 'a.test.js': `${START} ${tests.join('\n')}` }));
}, 300_000);

test('all of it is done', () => {
  expect(exec.run.json?.testResults[0]?.message).toBe('');
  expect(fork.run.json?.testResults[0]?.message).toBe('');
  expect(outcomes(fork.run)).toEqual(names.map((name) => `${name}: passed`).sort());
});

describe('with the same outcome', () => {
  test.each(names)('%s', (name) => {
    expect(exec.seen).toHaveProperty([name]);
    expect(fork.seen[name]).toEqual(exec.seen[name]);
  });
});

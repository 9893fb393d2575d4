/** When copies are not to be had, users get the other strategy and one line: never a hang. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { PACKAGE } from '../support/package';
import { type JestRun, outcomes, runJest } from '../support/project';

// Sandboxes have a /tmp of their own.
const folder = mkdtempSync('/var/tmp/ns-jest-test-');
afterAll(() => rmSync(folder, { recursive: true }));

function compile(name: string, text: string, ...flags: string[]): string {
  const [source, built] = [`${folder}/${name}.c`, `${folder}/${name}`];
  writeFileSync(source, text);
  const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', ...flags, '-o', built, source], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return built;
}

/**
 * A Node whose copies are broken, as that of another version may be: fork(2), in a process that NS_JEST_TEST_WHERE
 * picks, ends in what NS_JEST_TEST_BROKEN says.
 */
const BROKEN = compile(
  'broken.so',
  `#define _GNU_SOURCE
  #include <dlfcn.h>
  #include <fcntl.h>
  #include <signal.h>
  #include <stdlib.h>
  #include <string.h>
  #include <sys/syscall.h>
  #include <unistd.h>

  static int IsForkServer(void) {
    char words[4096] = {0};
    const int file = open("/proc/self/cmdline", O_RDONLY);
    const ssize_t got = read(file, words, sizeof words - 1);
    syscall(SYS_close, file);
    return got > 0 && memmem(words, got, "fork-server/main.js", 19) != NULL;
  }

  static pid_t home;
  __attribute__((constructor)) static void Begin(void) { home = getpid(); }

  /* It is a child of the fork server's that forks for a sandbox: the first there, of parents outside. */
  static int IsFor(const char* where) {
    return strcmp(where, "sandbox") == 0 ? getppid() == 0 : getpid() == home;
  }

  /* A copy's first act, when it has been told of. */
  int close(int fd) {
    const char* how = getenv("NS_JEST_TEST_BROKEN");
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "close");
    if (how != NULL && strcmp(how, "stalls") == 0 && IsForkServer() && getpid() != home && getppid() != home)
      for (;;) pause();
    return real(fd);
  }

  pid_t fork(void) {
    const char* how = getenv("NS_JEST_TEST_BROKEN");
    const char* where = getenv("NS_JEST_TEST_WHERE");
    pid_t (*real)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
    const int breaks = how != NULL && strcmp(how, "stalls") != 0 && where != NULL && IsForkServer() && IsFor(where);
    const pid_t pid = real();
    if (pid != 0 || !breaks) return pid;
    if (strcmp(how, "hangs") == 0) for (;;) pause();
    if (strcmp(how, "exits") == 0) _exit(3);
    abort();
  }`,
  '-ldl',
);

const PASSES = `test('passes', () => {});`;
const CONFIG = { preset: 'ns-jest', cacheDirectory: '<rootDir>/cache' };

function runBroken(how: string, where: string, files = 2): Promise<JestRun> {
  const env = {
    NS_JEST_LAUNCH: 'auto',
    LD_PRELOAD: BROKEN,
    NS_JEST_TEST_BROKEN: how,
    NS_JEST_TEST_WHERE: where,
  };
  const names = Array.from({ length: files }, (_, index) => `${index}.test.js`);
  return runJest(Object.fromEntries(names.map((name) => [name, PASSES])), CONFIG, {
    env,
    args: ['-w', '1'],
  });
}

/** Of a copy that never tells that it is there, and of one that does no more than that. */
const SAID: Record<string, string> = {
  hangs: `step "copy fork server" 'wait' failed with ETIMEDOUT (connection timed out)`,
  stalls: 'the test process, a copy of the fork server, did not take its file',
};

const notes = ({ stderr }: JestRun) =>
  stderr.split('\n').filter((line) => line.startsWith('ns-jest: '));

describe('a Node whose copies do not work', () => {
  test.each([
    ['crashes', 'it was killed by SIGABRT'],
    ['exits', 'it exited with code 3'],
    ['hangs', 'it did not end within 10000 ms'],
  ])('%s: files run by exec, and it is said once', async (how, end) => {
    const run = await runBroken(how, 'check');
    expect(outcomes(run)).toEqual(['passes: passed', 'passes: passed']);
    expect(run.code).toBe(0);
    expect(notes(run)).toEqual([
      `ns-jest: each file is run by a Node of its own, which takes longer: a copy failed the self-check (work of all kinds, and process.exit): ${end}`,
    ]);
  });

  test.each([
    ['crashes', 'ECONNRESET (connection reset by peer)'],
    ['exits', 'ECONNRESET (connection reset by peer)'],
  ])('%s in sandboxes alone: each file is run again, by exec', async (how, error) => {
    const run = await runBroken(how, 'sandbox');
    expect(outcomes(run)).toEqual(['passes: passed', 'passes: passed']);
    expect(run.code).toBe(0);
    const note = `Could not open the sandbox: step "copy fork server" 'wait' failed with ${error}; it is run again by exec`;
    expect(notes(run).sort()).toEqual([
      `ns-jest: 0.test.js: ${note}`,
      `ns-jest: 1.test.js: ${note}`,
    ]);
  });

  test.each(['hangs', 'stalls'])('%s in sandboxes: no more copies are asked for', async (how) => {
    const run = await runBroken(how, 'sandbox', 5);
    expect(outcomes(run)).toEqual(Array(5).fill('passes: passed'));
    expect(run.code).toBe(0);
    // The first, and the one whose sandbox was opened meanwhile.
    expect(notes(run).map((line) => line.replace(/^.*(step|the test process)/, '$1'))).toEqual(
      Array(2).fill(`${SAID[how]}; it is run again by exec`),
    );
  });
});

/** An addon that has a thread of its own from the moment when it is loaded, and for ever. */
const THREADED = compile(
  'threaded.node',
  `#include <node_api.h>
  #include <pthread.h>
  #include <unistd.h>

  static int counted = 0;
  static void* Count(void* nothing) {
    for (;;) {
      __atomic_add_fetch(&counted, 1, __ATOMIC_SEQ_CST);
      usleep(1000);
    }
  }
  static napi_value Counted(napi_env env, napi_callback_info info) {
    napi_value number;
    napi_create_int32(env, __atomic_load_n(&counted, __ATOMIC_SEQ_CST), &number);
    return number;
  }
  NAPI_MODULE_INIT() {
    pthread_t thread;
    pthread_create(&thread, NULL, Count, NULL);
    napi_value function;
    napi_create_function(env, "counted", NAPI_AUTO_LENGTH, Counted, NULL, &function);
    return function;
  }`,
  '-pthread',
  `-I${PACKAGE}/node_modules/node-api-headers/include`,
);

const COUNTS = `
  const counted = require(${JSON.stringify(THREADED)});
  test('counts', async () => {
    const before = counted();
    while (counted() === before) await new Promise((resolve) => setTimeout(resolve, 5));
  });`;

test('what starts a thread in a test is in the copy alone, and runs', async () => {
  const config = { ...CONFIG, testEnvironmentOptions: { launch: 'fork' } };
  const run = await runJest({ 'a.test.js': COUNTS, 'b.test.js': COUNTS }, config);
  expect(outcomes(run)).toEqual(['counts: passed', 'counts: passed']);
  expect(notes(run)).toEqual([]);
});

describe('a transformer that starts a thread when it is loaded', () => {
  const TRANSFORMER = `exports.process = (code) => ({ code });`;
  const WORKER = `new (require('node:worker_threads').Worker)('setInterval(() => {}, 1e6)', { eval: true }).unref();`;
  test.each([
    ['of a native addon', `require(${JSON.stringify(THREADED)});`],
    ['a worker', WORKER],
  ])('%s: no copies are made of it', async (_, start) => {
    const files = { 'a.test.js': PASSES, 'transformer.js': `${start}\n${TRANSFORMER}` };
    const config = { ...CONFIG, transform: { '\\.js$': '<rootDir>/transformer.js' } };
    const run = await runJest(files, config, { env: { NS_JEST_LAUNCH: 'auto' } });
    expect(outcomes(run)).toEqual(['passes: passed']);
    expect(notes(run)).toEqual([
      expect.stringMatching(
        /^ns-jest: each file is run by a Node of its own, which takes longer: what the project loads has started threads of its own \(\d+\)$/,
      ),
    ]);
  });
});

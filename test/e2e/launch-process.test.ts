/** What a process is and has: nothing of it tells a copy of the fork server from a Node of its own. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Launched, launchBoth } from '../support/launches';
import { outcomes } from '../support/project';

const OWN = `
  const fs = require('fs');
  const os = require('os');
  const { execFileSync } = require('child_process');
  const { see } = require('./see');
  const own = (name) => fs.readFileSync('/proc/self/' + name, 'utf8');
  const field = (name) => own('status').split('\\n').find((line) => line.startsWith(name + ':'));
  const stat = () => own('stat').split(') ')[1].split(' ');
`;

/** By what they are about; each line is told, and compared. */
const FACTS: Record<string, Record<string, string>> = {
  'the numbers of processes': {
    'pid is its own': `process.pid === Number(fs.readlinkSync('/proc/self'))`,
    ppid: `[process.ppid, Number(stat()[1])]`,
    'process group is its own': `Number(stat()[2]) === process.pid`,
    'is no session leader': `Number(stat()[3]) !== process.pid`,
    terminal: `stat()[4]`,
    'a child has it as parent': `execFileSync(process.execPath, ['-p', 'process.ppid'], { encoding: 'utf8' }).trim() === String(process.pid)`,
    siblings: `own('task/' + process.pid + '/children')`,
  },
  'words and names': {
    argv: `process.argv`,
    execArgv: `process.execArgv`,
    argv0: `process.argv0`,
    execPath: `process.execPath`,
    title: `process.title`,
    cmdline: `own('cmdline')`,
    comm: `own('comm')`,
    exe: `fs.readlinkSync('/proc/self/exe')`,
    ps: `execFileSync('ps', ['-o', 'args=', '-p', String(process.pid)], { encoding: 'utf8' })`,
    'a title that is set': `(process.title = 'renamed', [process.title, own('cmdline').replace(/\\0+$/, ''), own('comm')])`,
    "of a child's": `execFileSync(process.execPath, ['-p', 'JSON.stringify([process.argv, process.execArgv])'], { encoding: 'utf8' })`,
  },
  environment: {
    env: `Object.entries(process.env)`,
    environ: `own('environ').split('\\0')`,
    "a child's": `execFileSync('env', { encoding: 'utf8' }).split('\\n')`,
  },
  places: {
    cwd: `[process.cwd(), fs.readlinkSync('/proc/self/cwd'), execFileSync('pwd', ['-P'], { encoding: 'utf8' })]`,
    root: `fs.readlinkSync('/proc/self/root')`,
    umask: `[process.umask(), field('Umask')]`,
    mounts: `own('mountinfo').split('\\n').map((line) => line.split(' ')[4])`,
  },
  'what it may, and at what price': {
    ids: `[process.getuid(), process.geteuid(), process.getgid(), process.getegid(), process.getgroups()]`,
    credentials: `['Uid', 'Gid', 'Groups', 'CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp'].map(field)`,
    limits: `own('limits')`,
    oom: `own('oom_score_adj')`,
    nice: `os.getPriority()`,
    scheduling: `[stat()[37], stat()[38]]`,
    processors: `[field('Cpus_allowed_list'), os.availableParallelism()]`,
    cgroup: `own('cgroup')`,
    'blocked signals': `[field('SigBlk'), field('SigPnd'), field('ShdPnd')]`,
    coredump: `own('coredump_filter')`,
    dumpable: `fs.statSync('/proc/self/environ').uid === process.getuid()`,
    slack: `own('timerslack_ns')`,
  },
  descriptors: {
    // Without the numbers: Node reopens some of its own in a copy. Inodes are those of each process.
    all: `fs.readdirSync('/proc/self/fd').map(Number).sort((one, other) => one - other).flatMap((fd) => {
      try {
        const flags = /flags:\\s*(\\d+)/.exec(own('fdinfo/' + fd))[1];
        return fs.readlinkSync('/proc/self/fd/' + fd).replace(/\\d+\\]/, ']') + ' ' + flags;
      } catch {
        // The one by which the list was read.
        return [];
      }
    }).sort()`,
    "a child's": `execFileSync('ls', ['/proc/self/fd'], { encoding: 'utf8' })`,
    sockets: `own('net/unix').split('\\n').length`,
  },
  'what Node tells': {
    listeners: `process.eventNames().map((name) => [String(name), process.listenerCount(name)])`,
    properties: `Object.getOwnPropertyNames(process).sort().map((name) => {
      const { value, get, set, ...flags } = Object.getOwnPropertyDescriptor(process, name);
      return [name, typeof value, typeof get, typeof set, flags];
    })`,
    handles: `process._getActiveHandles().map((handle) => handle.constructor.name)`,
    streams: `[process.stdin, process.stdout, process.stderr].map((stream) => [stream.constructor.name, stream.isTTY, stream.fd])`,
    'no channel to a parent': `[process.connected, typeof process.send, process.channel]`,
    features: `process.features`,
    warnings: `[process.noDeprecation, process.throwDeprecation, process.traceDeprecation]`,
    debugger: `[process.debugPort, require('inspector').url() ?? null]`,
    'limit of the heap': `require('v8').getHeapStatistics().heap_size_limit`,
    report: `(() => { const { header } = process.report.getReport(); return [header.processId === process.pid, header.cwd]; })()`,
  },
};

const tells = ([subject, facts]: [string, Record<string, string>]) => {
  const lines = Object.entries(facts).map(
    ([name, text]) => `see(${JSON.stringify(`${subject}: ${name}`)}, ${text});`,
  );
  return `test(${JSON.stringify(subject)}, () => { ${lines.join('\n')} });`;
};

/** A file's own options, where others have none. */
const CASES = {
  'a file': '',
  'a file with an environment, a directory and a umask of its own':
    '/** @jest-environment-options {"env":{"ONE":"1","PATH":"/usr/bin:/bin"},"cwd":"/usr","umask":"077"} */\n',
};

describe.each(Object.entries(CASES))('%s', (_, docblock) => {
  let exec: Launched;
  let fork: Launched;
  beforeAll(async () => {
    ({ exec, fork } = await launchBoth({
      'a.test.js': `${docblock} ${OWN} ${Object.entries(FACTS).map(tells).join('\n')}`,
    }));
  });

  test('it tells', () => {
    const passed = Object.keys(FACTS).map((subject) => `${subject}: passed`);
    expect(exec.run.json?.testResults[0]?.message).toBe('');
    expect(outcomes(exec.run)).toEqual(passed.sort());
    expect(outcomes(fork.run)).toEqual(passed.sort());
  });
  const names = Object.entries(FACTS).flatMap(([subject, facts]) =>
    Object.keys(facts).map((name) => `${subject}: ${name}`),
  );
  test.each(names)('%s', (name) => {
    expect(exec.seen).toHaveProperty([name]);
    expect(fork.seen[name]).toEqual(exec.seen[name]);
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/host';
import { ENTRY_LINES } from '../support/package';
import { Project } from '../support/project';

/** Everything that was started by the test. */
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** What a process prints, and a way to wait for it. */
function follow(child: ChildProcess) {
  children.push(child);
  let output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  child.stderr?.on('data', (chunk) => (output += chunk));
  const say = (line: string) => child.stdin?.write(`${line}\n`);
  return {
    printed: async (text: string) => {
      await eventually(() => output.includes(text), 30_000);
      expect(output).toContain(text);
    },
    say,
    /** Says it again where there is no answer: a debugger that prints just then does not hear. */
    answers: async (line: string, answer: string) => {
      for (let times = 6; times > 0 && !output.includes(answer); times -= 1) {
        say(line);
        await eventually(() => output.includes(answer), 5000);
      }
      expect(output).toContain(answer);
    },
    ended: new Promise<number | null>((resolve) => child.once('close', resolve)),
  };
}

/** Node's own command line debugger. */
function debuggerAt(port: number) {
  return follow(spawn(process.execPath, ['inspect', `127.0.0.1:${port}`]));
}

describe.each(ENTRY_LINES)('$line', ({ config }) => {
  test.each([
    ['--inspect-brk', true],
    ['--inspect', false],
  ])('node %s reaches the test process in its sandbox', async (flag, stops) => {
    const project = new Project({
      'a.test.js': `
        const os = require('os');
        test('a', async () => {
          const inside = os.hostname();
          for (let more = 300; more > 0; more--) {
            await new Promise((resolve) => setTimeout(resolve, 100));
            debugger;
          }
          expect(inside).toBe('sandbox');
        }, 60_000);`,
    });
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    const jest = follow(
      project.start(config, {
        args: ['--runInBand'],
        env: { NODE_OPTIONS: `${flag}=127.0.0.1:${port}` },
      }),
    );
    await jest.printed(`Debugger listening on ws://127.0.0.1:${port}/`);
    if (stops) {
      const outer = debuggerAt(port);
      await outer.printed('Break on start in');
      outer.say('cont');
    }

    await jest.printed(`Debugger listening on ws://127.0.0.1:${port + 1}/`);
    const inner = debuggerAt(port + 1);
    if (stops) {
      await inner.printed('a.test.js:1\n');
      inner.say('cont');
    }
    await inner.printed('debugger;');
    await inner.answers("exec 'in the ' + inside", "'in the sandbox'");
    await inner.answers("exec 'set to ' + (more = 0)", "'set to 0'");
    inner.say('cont');
    inner.say('.exit');
    await jest.printed('Tests:       1 passed');
    project.remove();
  });
});

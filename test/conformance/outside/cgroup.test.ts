import { expect, test } from '@jest/globals';
import { matchers, ns } from 'ns-jest';
import { group, hostAgent, subgroup } from '../support/cgroups';
import { eventually } from '../support/eventually';
import { testOr } from '../support/needs';

expect.extend(matchers);

// Control groups of the machine itself: they are no namespace's. cgroups(7)

const needs = ns.needs('cgroup.v2', 'cgroup.kill');

needs.describe('a group', () => {
  test('CG-01 has a child cloned straight into it as its only process', () => {
    const agent = hostAgent();
    const directory = group(agent, 'born');
    const child = agent.clone({ cgroup: directory });
    expect(agent.cgroup.procs(directory)).toEqual([child.pid]);
    expect(agent.cgroup.own(child.pid).find(({ hierarchy }) => hierarchy === 0)?.path).toMatch(
      /-born$/,
    );
    // Its own children are born there as well, the maker stays where it was.
    const grandchild = child.clone();
    expect(agent.cgroup.procs(directory).sort()).toEqual([child.pid, grandchild.pid].sort());
    expect(agent.cgroup.own()).toEqual(hostAgent().cgroup.own());
  });

  test('CG-01 that is not there is ENOENT, and one that is no group EBADF', () => {
    const agent = hostAgent();
    expect(() => agent.clone({ cgroup: '/sys/fs/cgroup/ns-jest-missing' })).toFailWithErrno(
      'ENOENT',
    );
    expect(() => agent.clone({ cgroup: '/tmp' })).toFailWithErrno('EBADF');
  });

  test('CG-04 is ended as a whole by a 1 in cgroup.kill, all by SIGKILL', () => {
    const agent = hostAgent();
    const directory = group(agent, 'kill');
    const below = subgroup(agent, directory, 'below');
    const bystander = agent.clone();
    const members = [directory, directory, below].map((cgroup) => agent.clone({ cgroup }));
    expect(() => agent.cgroup.set(directory, 'cgroup.kill', 2)).toFailWithErrno('ERANGE');
    agent.cgroup.kill(directory);
    for (const member of members) {
      expect(agent.wait(member)).toMatchObject({ code: null, signal: 'SIGKILL' });
    }
    expect(agent.cgroup.procs(directory)).toEqual([]);
    expect(agent.poll(bystander)).toBeNull();
  });

  test('CG-04 that is empty is ended without effect', () => {
    const agent = hostAgent();
    const directory = group(agent, 'empty');
    expect(() => agent.cgroup.kill(directory)).not.toThrow();
    expect(agent.cgroup.events(directory).populated).toBe(0);
  });

  test('CG-05 makes all its ancestors populated, until its last process leaves', async () => {
    const agent = hostAgent();
    const top = group(agent, 'populated');
    const middle = subgroup(agent, top, 'middle');
    const bottom = subgroup(agent, middle, 'bottom');
    const beside = subgroup(agent, top, 'beside');
    const populated = () =>
      [top, middle, bottom, beside].map((each) => agent.cgroup.events(each).populated);
    expect(populated()).toEqual([0, 0, 0, 0]);
    const [one, two] = [agent.clone({ cgroup: bottom }), agent.clone({ cgroup: bottom })];
    expect(populated()).toEqual([1, 1, 1, 0]);
    one.end();
    expect(populated()).toEqual([1, 1, 1, 0]);
    two.end();
    expect(await eventually(() => populated().join() === '0,0,0,0')).toBe(true);
  });

  test('CG-05 is populated where a process has moved to, and no longer where it was', () => {
    const agent = hostAgent();
    const [from, to] = [group(agent, 'from'), group(agent, 'to')];
    const child = agent.clone({ cgroup: from });
    agent.cgroup.add(to, child.pid);
    expect(agent.cgroup.procs(to)).toEqual([child.pid]);
    expect([from, to].map((each) => agent.cgroup.events(each).populated)).toEqual([0, 1]);
  });

  test('CG-05 with processes or groups in it cannot be removed', () => {
    const agent = hostAgent();
    const directory = group(agent, 'busy');
    subgroup(agent, directory, 'below');
    expect(() => agent.fs.rmdir(directory)).toFailWithErrno('EBUSY');
    agent.clone({ cgroup: `${directory}/below` });
    expect(() => agent.fs.rmdir(`${directory}/below`)).toFailWithErrno('EBUSY');
  });

  test('CG-09 is frozen by a 1 in cgroup.freeze, and goes on with a 0', async () => {
    const agent = hostAgent();
    const directory = group(agent, 'freeze');
    const below = subgroup(agent, directory, 'below');
    const child = agent.clone({ cgroup: below });
    const frozen = () => agent.cgroup.events(directory).frozen;
    expect(frozen()).toBe(0);
    agent.cgroup.freeze(directory);
    expect(await eventually(() => frozen() === 1 && agent.cgroup.events(below).frozen === 1)).toBe(
      true,
    );
    const call = child.startSyscall('getpid');
    expect(call.done()).toBe(false);
    agent.cgroup.freeze(directory, false);
    expect(call.result()).toBe(child.pid);
    expect(await eventually(() => frozen() === 0)).toBe(true);
  });

  test('CG-09 freezes who comes in, lets go who leaves, and dies frozen', async () => {
    const agent = hostAgent();
    const directory = group(agent, 'cold');
    agent.cgroup.freeze(directory);
    const child = agent.clone();
    agent.cgroup.add(directory, child.pid);
    expect(await eventually(() => agent.cgroup.events(directory).frozen === 1)).toBe(true);
    const call = child.startSyscall('getpid');
    expect(call.done()).toBe(false);
    agent.cgroup.add(agent.cgroup.directory() as string, child.pid);
    expect(call.result()).toBe(child.pid);
    agent.cgroup.add(directory, child.pid);
    agent.cgroup.kill(directory);
    expect(agent.wait(child)).toMatchObject({ signal: 'SIGKILL' });
  });
});

const delegation = ns.needs('cgroup.v2', 'root');

delegation.test('CG-02 a move through a descriptor is judged by who opened it', () => {
  const agent = hostAgent();
  const [from, to] = [group(agent, 'from'), group(agent, 'to')];
  const nobody = 65534;
  const child = agent.clone({ cgroup: from });
  for (const directory of [from, to]) agent.fs.chown(`${directory}/cgroup.procs`, nobody, nobody);
  child.user.seteuid(nobody);
  const lesser = child.fs.open(`${to}/cgroup.procs`, 'O_RDWR');
  child.user.seteuid(0);
  const own = child.fs.open(`${to}/cgroup.procs`, 'O_RDWR');
  // Whom the common ancestor does not belong to may not carry a process across.
  expect(() => child.fs.write(lesser, '0')).toFailWithErrno('EACCES');
  expect(agent.cgroup.procs(to)).toEqual([]);
  expect(() => child.fs.write(own, '0')).not.toThrow();
  expect(agent.cgroup.procs(to)).toEqual([child.pid]);
});

delegation.describe('with delegation by namespace', () => {
  const options = ns.mounts.list().find(({ type }) => type === 'cgroup2')?.superOptions ?? [];
  const lacking = options.includes('nsdelegate')
    ? undefined
    : 'the cgroup tree is mounted without nsdelegate';

  /** Moves a process by a descriptor opened where the namespace's root does not hold it. */
  function move(): void {
    const agent = hostAgent();
    const [within, beyond] = [group(agent, 'within'), group(agent, 'beyond')];
    const opener = agent.clone({ cgroup: within });
    opener.unshare(['cgroup']);
    const mover = agent.clone({ cgroup: beyond });
    const file = `${beyond}/cgroup.procs`;
    const foreign = opener.passDescriptor(opener.fs.open(file, 'O_RDWR'), mover);
    expect(() => mover.fs.write(mover.fs.open(file, 'O_RDWR'), '0')).not.toThrow();
    mover.fs.write(foreign, '0');
  }

  testOr(
    lacking,
    'CG-03 the cgroup namespace of who opened a descriptor is what counts',
    // From the opener's namespace the mover is not to be seen.
    () => expect(move).toFailWithErrno('ENOENT'),
    () => expect(move).not.toThrow(),
  );
});

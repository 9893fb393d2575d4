import path from 'node:path';
import { SandboxError } from '../../errors/sandbox-error';
import { CONTROLLERS, type GroupFile } from './files';
import {
  type Hierarchy,
  hierarchies,
  isVisible,
  ownerOf,
  whyNoGroups,
  wordsOf,
} from './hierarchies';
import type { CheckedCgroup, CheckedLimitOptions } from './options';

/** A group that is made for a sandbox, in one tree of cgroups. */
export interface GroupSpec {
  /** The group that it is made in. */
  parent: string;
  /** Jest's own group, to which ns-init returns from there. */
  home: string;
  files: GroupFile[];
  /** Of version 1: the controllers by which it is mounted inside, so that programs find their limits. */
  show?: string;
}

export interface LimitSpec {
  groups: GroupSpec[];
  /** What could not be had, of what was only to be tried. */
  notices: string[];
}

type Controller = (typeof CONTROLLERS)[number];
interface Obstacle {
  reason: string;
  fix: string;
}

/** Which groups have to be made for the limits, or one error that says which limit cannot be had, and why. */
export function toLimitSpec(
  { cgroup }: CheckedLimitOptions,
  found: () => Hierarchy[] = hierarchies,
): LimitSpec {
  if (cgroup === undefined) return { groups: [], notices: [] };
  const trees = found().filter(isVisible);
  const wanted = CONTROLLERS.filter(({ limits }) =>
    limits.some((limit) => cgroup[limit] !== undefined),
  );
  const v2 = trees.find(({ version }) => version === 2);
  const ofVersion1 = new Map(
    wanted.flatMap((controller) => {
      const tree = trees.find(({ controllers }) => controllers.includes(controller.name));
      return tree === undefined ? [] : [[controller, tree] as const];
    }),
  );
  const rest = wanted.filter((controller) => !ofVersion1.has(controller));
  const results = [
    ...[...ofVersion1].map(([controller, tree]) => inVersion1(controller, tree, cgroup)),
    ...(rest.length === 0 ? [] : inVersion2(rest, v2, cgroup)),
  ];
  const obstacles = results.flatMap((result) => ('reason' in result ? [result] : []));
  const [first] = obstacles;
  if (first !== undefined && !cgroup.try) {
    throw new SandboxError(`The option "cgroup.${first.limit}" cannot be had here`, {
      option: `cgroup.${first.limit}`,
      reason: first.reason,
      fix: `${first.fix} Or do without where it cannot be had: cgroup: { try: true }.`,
    });
  }
  return {
    groups: merged(results.flatMap((result) => ('reason' in result ? [] : [result]))),
    notices: obstacles.map(
      ({ limit, reason, fix }) => `cgroup.${limit}: files run without it. ${reason} ${fix}`,
    ),
  };
}

type Result = GroupSpec | (Obstacle & { limit: string });

function inVersion1(controller: Controller, tree: Hierarchy, cgroup: CheckedCgroup): Result {
  const { own, mount } = tree;
  const limit = firstLimit(controller, cgroup);
  if (own === undefined) return { limit, ...notShown(mount) };
  if (limit === 'memorySwapMax') return { limit, ...COUNTED_TOGETHER };
  const why = whyNoGroups(own, own);
  if (why !== undefined) return { limit, ...notOurs(own, why, handOver(own)) };
  return {
    parent: own,
    home: own,
    files: controller.files[1](cgroup),
    show: tree.controllers.join(','),
  };
}

/**
 * A process has one group of version 2, so all its controllers come from one parent: the nearest that
 * hands down the most of them. Jest's own never does: a group with processes hands nothing down.
 */
function inVersion2(
  controllers: Controller[],
  tree: Hierarchy | undefined,
  cgroup: CheckedCgroup,
): Result[] {
  const none = (obstacle: (controller: Controller) => Obstacle) =>
    controllers.map((controller) => ({
      limit: firstLimit(controller, cgroup),
      ...obstacle(controller),
    }));
  if (tree === undefined) return none(noController);
  const { own: home, mount } = tree;
  if (home === undefined) return none(() => notShown(mount));
  const [best] = ancestors(home, mount)
    .map((parent) => {
      const handed = wordsOf(parent, 'cgroup.subtree_control');
      return { parent, has: controllers.filter(({ name }) => handed.includes(name)) };
    })
    .sort((a, b) => b.has.length - a.has.length);
  const has = best?.has ?? [];
  const parent = best?.parent ?? home;
  const why = has.length > 0 ? whyNoGroups(parent, home) : undefined;
  if (why !== undefined) return none(() => notOurs(parent, why, DELEGATE));
  return [
    ...has.map((controller) => ({ parent, home, files: controller.files[2](cgroup) })),
    ...none((controller) => notHandedDown(controller, home, mount)).filter(
      (_, index) => !has.includes(controllers[index] as Controller),
    ),
  ];
}

/** The group and those above it, up to where the tree is mounted. */
function ancestors(group: string, mount: string): string[] {
  return group === mount ? [group] : [group, ...ancestors(path.dirname(group), mount)];
}

/** One group for each parent. */
function merged(groups: GroupSpec[]): GroupSpec[] {
  const byParent = new Map<string, GroupSpec>();
  for (const group of groups) {
    const files = [...(byParent.get(group.parent)?.files ?? []), ...group.files];
    byParent.set(group.parent, { ...group, files });
  }
  return [...byParent.values()];
}

function firstLimit({ limits }: Controller, cgroup: CheckedCgroup): string {
  return limits.find((limit) => cgroup[limit] !== undefined) as string;
}

function noController({ name }: Controller): Obstacle {
  return {
    reason: `No cgroup file system with the controller ${name} is mounted here.`,
    fix: 'In a container, show it the cgroups: docker run -v /sys/fs/cgroup:/sys/fs/cgroup --cgroupns=host.',
  };
}

function notShown(mount: string): Obstacle {
  return {
    reason: `Jest's own cgroup cannot be seen below ${mount}, where another part of the tree is mounted.`,
    fix: 'Mount the part that Jest is in.',
  };
}

const DELEGATE = 'With systemd: systemd-run --user --scope -p Delegate=yes npx jest.';

/** EINVAL. Documentation/admin-guide/cgroup-v1/memory.rst */
const COUNTED_TOGETHER: Obstacle = {
  reason:
    'Cgroups of version 1 count swap together with memory, so the one needs a limit of the other.',
  fix: 'Set "cgroup.memoryMax", too.',
};

/** Systemd delegates no groups of version 1. */
function handOver(group: string): string {
  const mine = path.join(group, 'mine');
  return `As root: mkdir ${mine}; chown -R USER ${mine}; echo PID-OF-THE-SHELL > ${mine}/cgroup.procs.`;
}

function notOurs(group: string, code: string, fix: string): Obstacle {
  if (code === 'EROFS') {
    return {
      reason: `${group} is mounted read-only, as in a container.`,
      fix: 'Docker: --privileged, or -v /sys/fs/cgroup:/sys/fs/cgroup:rw --cgroupns=host.',
    };
  }
  return {
    reason: `${group} belongs to ${ownerOf(group)} and is not delegated to this user (${code}).`,
    fix,
  };
}

function notHandedDown({ name }: Controller, home: string, mount: string): Obstacle {
  if (!wordsOf(home, 'cgroup.controllers').includes(name)) {
    const isKnown = wordsOf(mount, 'cgroup.controllers').includes(name);
    return {
      reason: isKnown
        ? `The controller ${name} is not handed down to ${home}, where Jest is.`
        : `This kernel has no controller ${name}, or keeps it from cgroup v2.`,
      fix: isKnown
        ? DELEGATE
        : 'See: cat /proc/cgroups; it may be switched off by cgroup_disable=.',
    };
  }
  return {
    reason: `${home} has processes, so it cannot hand the controller ${name} down (EBUSY), and no cgroup above it does.`,
    fix: `${DELEGATE} As root: echo +${name} > ${path.join(mount, 'cgroup.subtree_control')}.`,
  };
}

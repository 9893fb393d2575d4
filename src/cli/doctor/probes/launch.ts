/** The launch strategy `fork`, with the Jest and the configuration of the project here. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { RunFile } from '../../../channel/messages';
import { SandboxError } from '../../../errors/sandbox-error';
import { toRunFile } from '../../../hand-over/file-run';
import { type NodeCommand, nodeCommand } from '../../../hand-over/node-command';
import { toWarmUp, whyNoWarmUp } from '../../../hand-over/warm-up-file';

import { findJest, type JestPackages } from '../../../jest/find-jest';
import type { ModuleMap, ProjectConfig } from '../../../jest/types';
import { ForkServer } from '../../../launch/fork-server';
import { openSandbox } from '../../../launch/open-sandbox';
import { neededPaths } from '../../../options/files/needed-paths';
import { readOptions } from '../../../options/read-options';
import { type SandboxSpec, toSandboxSpec } from '../../../options/sandbox-spec';
import type { Probe } from '../probe';
import { readConfig } from '../project';

export const LAUNCH_PROBES: Probe[] = [
  {
    name: 'fork',
    enables: "launch: 'fork': files start as copies of a warm Node.js, in a fraction of the time",
    async ask() {
      const { globalConfig, projectConfig } = await readConfig(process.cwd());
      const jest = findJest(projectConfig.rootDir);
      const options = readOptions({});
      const spec = toSandboxSpec(
        options,
        neededPaths(globalConfig, projectConfig, [jest.runnerDirectory]),
      );
      const run = {
        testPath: path.join(projectConfig.rootDir, 'doctor.test.js'),
        ...{
          globalConfig,
          projectConfig,
          moduleMap: noModules(jest, projectConfig),
          context: {},
          options,
          jest,
        },
        workerId: '1',
      };
      const file = toRunFile(run, spec, undefined);
      const reason = whyNoWarmUp(file);
      if (reason !== undefined) throw new SandboxError(`${reason} needs a Node.js of its own`);
      const command = nodeCommand(jest, '1', options);
      await tryCopy(file, spec, command);
      return `copies of Node.js ${process.version}`;
    },
  },
];

function noModules(jest: JestPackages, { rootDir }: ProjectConfig): ModuleMap {
  const { ModuleMap } = jest.require('jest-haste-map') as {
    ModuleMap: { create(rootDir: string): ModuleMap };
  };
  return ModuleMap.create(rootDir);
}

/** A copy is there in a few milliseconds. */
const LIMIT_MS = 20_000;

/** Starts a fork server, whose self-check makes copies do what tests do, and has one copied into a sandbox. */
async function tryCopy(file: RunFile, spec: SandboxSpec, command: NodeCommand): Promise<void> {
  const { cacheDirectory } = file.projectConfig as ProjectConfig;
  mkdirSync(cacheDirectory, { recursive: true });
  // In a folder of its own nothing is known of an earlier check.
  const folder = mkdtempSync(path.join(cacheDirectory, 'ns-jest-doctor-'));
  let server: ForkServer | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    server = await ForkServer.start(
      { ...toWarmUp(file), folder, toCome: [] },
      command.flags,
      new AbortController().signal,
    );
    const sandbox = openSandbox(spec, { ...command, copyOf: server });
    for (const stream of [sandbox.stdout, sandbox.stderr]) stream.resume();
    timer = setTimeout(sandbox.kill, LIMIT_MS);
    const opened = await sandbox.opened;
    sandbox.kill();
    const { error } = await sandbox.ended;
    if (opened === undefined) throw error;
  } finally {
    clearTimeout(timer);
    server?.end();
    rmSync(folder, { recursive: true });
  }
}

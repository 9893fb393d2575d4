import { isDeepStrictEqual } from 'node:util';

/** Jest as the project has it. */
export const PLAIN = { name: 'plain', flags: () => [] };

/** Each way to run a project, and the flags of Jest's that make it so. `configs` is what --showConfig says. */
export const COMBINATIONS = [
  PLAIN,
  { name: 'preset', flags: () => ['--preset=ns-jest'] },
  { name: 'environment', flags: environmentFlags },
];

/** What the project has for an environment becomes the base environment. */
function environmentFlags(configs) {
  const bases = configs.map(({ testEnvironment, testEnvironmentOptions }) => ({
    baseEnvironment: testEnvironment,
    baseEnvironmentOptions: testEnvironmentOptions,
  }));
  if (!bases.every((base) => isDeepStrictEqual(base, bases[0]))) {
    throw new Error('The projects of this configuration have different environments: name "flags"');
  }
  return [
    '--testEnvironment=ns-jest',
    `--testEnvironmentOptions=${JSON.stringify({ ...bases[0] })}`,
  ];
}

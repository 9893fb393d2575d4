import Module from 'node:module';

/** What Node calls for every `require`: the one place where a module can be answered with another. */
type Load = (request: string, parent: { filename: string } | undefined, isMain: boolean) => unknown;

export const loader = Module as unknown as { _load: Load };

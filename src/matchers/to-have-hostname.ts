import { textMatcher } from './text-matcher';

export const toHaveHostname = textMatcher('toHaveHostname', 'hostname', (facts) =>
  facts.hostname.get(),
);

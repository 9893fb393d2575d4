import { textMatcher } from './text-matcher';

export const toHaveDomainname = textMatcher('toHaveDomainname', 'domain name', (facts) =>
  facts.domainname.get(),
);

import { describe, expect, test } from '@jest/globals';
import { failureOf, ns } from './recorded';

describe('toHaveMount', () => {
  test('passes', () => {
    expect(ns).toHaveMount('/tmp');
    expect(ns).toHaveMount(/^\/s/);
    expect(ns).toHaveMount({ target: '/tmp', type: 'tmpfs', options: ['nosuid'] });
    expect(ns).toHaveMount({ root: '/site', options: ['relatime', 'ro'] });
    expect(ns).toHaveMount({ superOptions: [/^size=/] });
  });

  test('fails', () => {
    expect(
      failureOf(() => expect(ns).toHaveMount({ target: '/srv', options: ['rw'] })),
    ).toMatchInlineSnapshot(`
"expect(ns).toHaveMount(expected)

Expected a mount with {"options": ["rw"], "target": "/srv"}
Mounts in this sandbox:
  /dev/vda on / type ext4 (rw,relatime), super (rw)
  tmpfs on /tmp type tmpfs (rw,nosuid), super (rw,size=64m)
  /dev/vda[/site] on /srv type ext4 (ro,relatime), super (rw)"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveMount('/home');
    expect(ns).not.toHaveMount({ target: '/tmp', options: ['rw', 'noexec'] });
  });

  test('.not fails', () => {
    expect(failureOf(() => expect(ns).not.toHaveMount('/tmp'))).toMatchInlineSnapshot(`
"expect(ns).not.toHaveMount(expected)

Expected no mount at "/tmp"
But there is:
  tmpfs on /tmp type tmpfs (rw,nosuid), super (rw,size=64m)"
`);
  });

  test('a hidden mount does not count, and is listed only if it is what was asked for', () => {
    expect(
      failureOf(() => expect(ns).toHaveMount({ target: '/tmp', type: 'xfs' })),
    ).toMatchInlineSnapshot(`
"expect(ns).toHaveMount(expected)

Expected a mount with {"target": "/tmp", "type": "xfs"}
Mounts in this sandbox:
  /dev/vda on / type ext4 (rw,relatime), super (rw)
  /dev/vdb on /tmp type xfs (rw,relatime), super (rw), hidden
  tmpfs on /tmp type tmpfs (rw,nosuid), super (rw,size=64m)
  /dev/vda[/site] on /srv type ext4 (ro,relatime), super (rw)"
`);
  });
});

// Checked by `tsc -p test/types`, never run: the matchers on the global expect of @types/jest.
import { ns } from '../../src/helpers';
import { matchers } from '../../src/matchers';

expect.extend(matchers);

expect(ns).toBeIsolatedFromHost(['net', 'uts']);
// @ts-expect-error /proc calls it mnt, the options call it mount
expect(ns).toBeIsolatedFromHost(['mnt']);
expect(ns).toHaveHostname(expect.stringContaining('web'));
expect(ns).not.toHaveDomainname(/^db-/);
expect(ns).toHaveProcess({ pid: expect.any(Number), name: /^n/ });
// @ts-expect-error no such key
expect(ns).toHaveProcess({ cmd: 'nginx' });
expect(ns).toHaveMount({ target: '/tmp', options: ['nosuid'] });
expect(ns).toHaveInterface({ name: 'lo', state: 'up' });
expect(ns).toHaveOnlyInterfaces(['lo']);
expect(ns).toHaveAddress('127.0.0.1/8');
expect(ns).toHaveRoute({ destination: 'default', gateway: '10.0.0.1' });
// @ts-expect-error no such key
expect(ns).toHaveRoute({ gatway: '10.0.0.1' });
expect(ns).toHaveMessageQueue({ key: 0x1234 });
expect(ns).toHaveSemaphore();
expect(ns).toHaveSharedMemory({ id: 0 });
expect(ns).toHavePosixQueue('/jobs');
expect(ns).toHaveNoIpcObjects();

expect(() => ns.hostname.set('')).toFailWithErrno('EPERM');
const asynchronous: Promise<void> = expect(async () => {}).not.toFailWithErrno('EPERM');
void [asynchronous];

const later: Promise<void> = expect(Promise.resolve(ns)).resolves.toHaveHostname('web-1');
void [later];

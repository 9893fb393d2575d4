// Step 5: a root file system of its own, put together from the host's programs. pivot_root(2)
const fs = require('node:fs');
const { ns } = require('ns-jest');
const { addWhatEveryContainerHas, assembleFromHost, enterRoot } = require('./root-file-system');

test('the container has the host’s programs, and nothing else of the host', () => {
  assembleFromHost('/tmp/root');
  addWhatEveryContainerHas('/tmp/root', 'container');
  // A volume: a directory of the host's that the container may write to.
  fs.mkdirSync('/tmp/data');
  ns.mounts.mount({ type: 'bind', source: '/tmp/data', target: '/tmp/root/volume' });

  const container = enterRoot('/tmp/root');

  expect(container.fs.readdir('/')).not.toContain('home');
  expect(container.fs.readFile('/etc/hostname')).toBe('container\n');
  expect(container.fs.readFile('/etc/resolv.conf')).toBe('nameserver 10.7.0.1\n');
  expect(container.fs.readdir('/dev')).toEqual(expect.arrayContaining(['null', 'ptmx', 'shm']));
  expect(container.fs.readdir('/sys/class/net')).toEqual(['lo']);
  expect(() => container.fs.writeFile('/usr/file', '')).toThrow('EROFS');

  container.fs.writeFile('/volume/from-inside', 'text', { flags: ['O_CREAT', 'O_WRONLY'] });
  expect(fs.readFileSync('/tmp/data/from-inside', 'utf8')).toBe('text');
});

test('programs run in there', async () => {
  assembleFromHost('/tmp/second');
  addWhatEveryContainerHas('/tmp/second', 'second');
  const second = enterRoot('/tmp/second');
  const { stdout } = await ns
    .enter({ pid: second.pid })
    .run('sh', ['-c', 'cat /etc/hosts; ls /tmp']);
  // Its /tmp has nothing of the sandbox's.
  expect(stdout).toBe('127.0.0.1 localhost\n127.0.1.1 second\n');
});

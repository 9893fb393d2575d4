const fs = require('node:fs');
const path = require('node:path');
const { ns } = require('ns-jest');

/** What of the host a container can use as it is; links such as /bin are made again. */
const OF_THE_HOST = ['bin', 'lib', 'lib64', 'sbin', 'usr'];

/** Puts a directory of the host's into the tree, read-only, or its link. */
function takeFromHost(root, name) {
  const status = fs.lstatSync(`/${name}`, { throwIfNoEntry: false });
  const target = path.join(root, name);
  if (status?.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(`/${name}`), target);
  if (!status?.isDirectory()) return;
  fs.mkdirSync(target);
  ns.mounts.mount({ type: 'rbind', source: `/${name}`, target, readonly: true });
}

/** A tree of programs on a tmpfs of its own: the host's, bound. */
exports.assembleFromHost = (root) => {
  fs.mkdirSync(root);
  ns.mounts.mount({ type: 'tmpfs', target: root, options: ['mode=755'] });
  for (const name of OF_THE_HOST) takeFromHost(root, name);
};

/** What every container has beside its programs: names, directories, devices. */
exports.addWhatEveryContainerHas = (root, hostname) => {
  const inside = (...names) => path.join(root, ...names);
  for (const name of ['dev', 'etc', 'proc', 'run', 'sys', 'tmp', 'volume', 'old']) {
    fs.mkdirSync(inside(name), { recursive: true });
  }
  fs.writeFileSync(inside('etc', 'hostname'), `${hostname}\n`);
  fs.writeFileSync(inside('etc', 'hosts'), `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n`);
  fs.writeFileSync(inside('etc', 'resolv.conf'), 'nameserver 10.7.0.1\n');

  ns.mounts.mount({ type: 'tmpfs', target: inside('dev'), options: ['nosuid', 'mode=755'] });
  for (const device of ['null', 'zero', 'full', 'random', 'urandom']) {
    fs.writeFileSync(inside('dev', device), '');
    ns.mounts.mount({ type: 'bind', source: `/dev/${device}`, target: inside('dev', device) });
  }
  fs.mkdirSync(inside('dev', 'pts'));
  const ptyOptions = ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=620'];
  ns.mounts.mount({ type: 'devpts', target: inside('dev', 'pts'), options: ptyOptions });
  fs.symlinkSync('pts/ptmx', inside('dev', 'ptmx'));
  fs.symlinkSync('/proc/self/fd', inside('dev', 'fd'));
  fs.mkdirSync(inside('dev', 'shm'));
  ns.mounts.mount({ type: 'tmpfs', target: inside('dev', 'shm'), options: ['nosuid', 'nodev'] });
  ns.mounts.mount({ type: 'tmpfs', target: inside('run'), options: ['nosuid', 'nodev'] });
};

/** Makes the tree the root of a new mount namespace, with PID 1 in it. pivot_root(2) */
exports.enterRoot = (root) => {
  const container = ns.agent({ unshare: ['mount', 'pid', 'uts', 'ipc', 'net'] });
  container.mounts.propagation('/', ['MS_REC', 'MS_PRIVATE']);
  container.mounts.mount({ source: 'proc', target: `${root}/proc`, type: 'proc' });
  // sysfs shows the network of who mounts it.
  container.mounts.mount({
    source: 'sysfs',
    target: `${root}/sys`,
    type: 'sysfs',
    flags: ['MS_RDONLY'],
  });
  container.mounts.pivotRoot(root, `${root}/old`);
  container.fs.chdir('/');
  container.mounts.umount('/old', ['MNT_DETACH']);
  return container;
};

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

const LOG = '/tmp/nginx-error.log';
const READY_WITHIN_MS = 4000;

// Inside, this user is root, whoever it is outside: so nginx would have its workers become another
// user, and if an ordinary user runs Jest there is no other. Everything it writes is in /tmp.
const CONFIG = `
user root;
worker_processes 1;
daemon off;
pid /tmp/nginx.pid;
error_log ${LOG};
events {}
http {
  access_log off;
  client_body_temp_path /tmp/nginx-body;
  proxy_temp_path /tmp/nginx-proxy;
  fastcgi_temp_path /tmp/nginx-fastcgi;
  uwsgi_temp_path /tmp/nginx-uwsgi;
  scgi_temp_path /tmp/nginx-scgi;
  server {
    listen 80;
    root /tmp/www;
  }
}
`;

/**
 * Starts nginx on port 80 with this text as its only page, and waits until it answers.
 * Nothing stops it: when the test file is done, its sandbox ends with every process in it.
 */
async function startNginx(page) {
  mkdirSync('/tmp/www');
  writeFileSync('/tmp/www/index.html', page);
  writeFileSync('/tmp/nginx.conf', CONFIG);
  // An ordinary user's PATH may be without sbin.
  const server = spawn('/usr/sbin/nginx', ['-e', LOG, '-c', '/tmp/nginx.conf'], {
    stdio: 'ignore',
  });
  await once(server, 'spawn');
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await answers())) {
    if (server.exitCode !== null || Date.now() > deadline) {
      throw new Error(`nginx did not come up:\n${readFileSync(LOG, 'utf8')}`);
    }
    await sleep(10);
  }
}

async function answers() {
  return fetch('http://127.0.0.1/').then(
    () => true,
    () => false,
  );
}

module.exports = { startNginx };

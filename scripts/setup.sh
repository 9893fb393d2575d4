#!/bin/sh
# Sets up a clone: dependencies, build, and the Debian packages named as arguments. Does only what is
# missing or out of date.
set -eu
cd "$(dirname "$0")/.."

# npm writes its own lock file last.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  echo 'setup: npm ci'
  npm ci --no-audit --no-fund
fi
if [ -n "$(find src tsconfig.json -newer dist/index.js 2>&1 | head -n 1)" ]; then
  echo 'setup: npm run build:ts'
  npm run --silent build:ts
fi
init=prebuilds/linux-$(node -p process.arch)/ns-init
if [ -n "$(find addon CMakeLists.txt -newer "$init" 2>&1 | head -n 1)" ]; then
  echo 'setup: npm run build:addon'
  npm run --silent build:addon
  touch "$init"
fi
[ $# -eq 0 ] || sh scripts/install-debian-packages.sh "$@"

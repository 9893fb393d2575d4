#!/bin/sh
# Packs the package, and tests the tarball: what is in it, on a minimal Debian without a compiler, and on arm64, as
# far as an emulator goes. As root: as root, and then as an ordinary user.
# Usage: sh scripts/test-package.sh
# What takes long to get stays in .cache.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd -P)

heading() {
  printf '\n==== %s ====\n' "$*"
}

# The ordinary user finds everything made.
if [ -z "${NS_JEST_PACKAGE_CACHE:-}" ]; then
  heading 'what is needed'
  sh scripts/setup.sh binutils debootstrap g++-aarch64-linux-gnu libc6-arm64-cross qemu-user-static

  heading 'the package'
  rm -rf .cache/package
  mkdir -p .cache/package
  npm pack --silent --pack-destination .cache/package
  tar -tvzf .cache/package/*.tgz | awk '
    { size = $3; total += size }
    / package\/prebuilds\// { printf "%8d  %s\n", size, $6 }
    END { printf "%8d  unpacked, in %d files\n", total, NR }'
  du -b .cache/package/*.tgz | sed 's/\t.*/  packed/'

  heading 'the machines'
  sh scripts/minimal-debian.sh .cache/minimal-debian
  for arch in x64 arm64; do
    [ -x ".cache/node-22-$arch/node_modules/node-linux-$arch/bin/node" ] && continue
    echo "npm install node-linux-$arch@22"
    # By force: not for this machine's architecture.
    npm install --silent --no-audit --no-fund --force --prefix ".cache/node-22-$arch" "node-linux-$arch@22"
  done
fi

heading "the tests, as user $(id -u)"
mkdir -p reports
status=0
# In band: each does much, and waits for the registry.
node_modules/.bin/jest --ci --runInBand --selectProjects package \
  --json --outputFile="reports/package-$(id -u).json" || status=1
if [ "$(id -u)" = 0 ]; then
  sh scripts/as-ordinary-user.sh env NS_JEST_PACKAGE_CACHE="$root/.cache" sh scripts/test-package.sh || status=1
fi
exit $status

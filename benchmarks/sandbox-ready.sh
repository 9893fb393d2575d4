#!/bin/sh
# usage: sh benchmarks/sandbox-ready.sh [ROUNDS]
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh bubblewrap
mkdir -p .cache
cc -O2 -Wall -Wextra -o .cache/sandbox-ready benchmarks/sandbox-ready.c
.cache/sandbox-ready "${1:-300}" "prebuilds/linux-$(node -p process.arch)/ns-init"

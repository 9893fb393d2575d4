#!/bin/sh
# Format, lint, types, native warnings, package. Fails on the first that is not clean.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh clang-format-19 clang-tidy-19
npx biome ci --colors=off .
npx tsc -p tsconfig.json --noEmit
npx tsc -p test/tsconfig.json
npx tsc -p test/types
clang-format-19 --dry-run --Werror addon/*.cc addon/*.h addon/init/*.cc addon/init/*.h addon/init/*/* addon/agent/* addon/fork/*
# A few files a process, and as many processes as there are cores.
find addon -name '*.cc' -print0 |
  xargs -0 -n 4 -P "$(nproc)" clang-tidy-19 --quiet --warnings-as-errors='*' -p build
npx publint

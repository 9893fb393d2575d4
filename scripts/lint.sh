#!/bin/sh
# Format, lint, types, native warnings, package. Fails on the first that is not clean.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh clang-format-19 clang-tidy-19
npx biome ci --colors=off .
npx tsc -p tsconfig.json --noEmit
npx tsc -p test/tsconfig.json
npx tsc -p test/types
clang-format-19 --dry-run --Werror addon/*.cc addon/*.h addon/init/*.cc addon/init/*.h addon/init/*/* addon/agent/*
clang-tidy-19 --quiet --warnings-as-errors='*' -p build addon/*.cc addon/init/*.cc addon/init/*/*.cc addon/agent/*.cc
npx publint

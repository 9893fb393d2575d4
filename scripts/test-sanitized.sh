#!/bin/sh
# Runs the tests that use native code against the AddressSanitizer and UBSan build.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh procps strace
sh scripts/build-addon.sh sanitize
mkdir -p reports
# Not with the tests that make calls fail: the sanitizer's own would, and it cannot be traced.
# The addon's sanitizer has to be there before Node is. Leaks are Node's own: it frees nothing at exit.
env LD_PRELOAD="$(g++ -print-file-name=libasan.so)" ASAN_OPTIONS=detect_leaks=0 \
  NS_JEST_BINARIES="$PWD/build-sanitize/Release" \
  node_modules/.bin/jest --ci --runInBand --selectProjects sandbox e2e \
  --json --outputFile=reports/sanitized.json --testPathIgnorePatterns "init/(copy-)?faults" -- test/sandbox test/init

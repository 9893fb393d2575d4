#!/bin/sh
# Sets up and runs all tests. As root: as root, and again as an ordinary user.
# Arguments go to Jest, for example: sh scripts/test.sh test/unit
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh procps strace tmux git

user=$(id -u)
jest() {
  report=reports/$1-$user.json
  shift
  node_modules/.bin/jest --ci --passWithNoTests --json --outputFile="$report" "$@"
}

mkdir -p reports
status=0
jest inside --selectProjects unit sandbox -- "$@" || status=1
jest conformance --selectProjects conformance conformance-outside -- "$@" || status=1
# One at a time: they compare the host before and after.
jest outside --selectProjects e2e --runInBand -- "$@" || status=1
# Each layout and each version of Jest once. All four: sh scripts/test.sh test/differential
if [ "$user" = 0 ]; then patterns='harness /npm-30'; else patterns='/pnpm-29'; fi
# Unquoted: one word a pattern. In band: each file compares two fixtures at once.
jest differential --selectProjects differential --maxConcurrency=2 --runInBand -- ${*:-$patterns} || status=1
if [ "$user" = 0 ]; then
  sh scripts/as-ordinary-user.sh sh scripts/test.sh "$@" || status=1
fi
exit $status

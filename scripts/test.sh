#!/bin/sh
# Sets up and runs all tests. As root: as root, and as an ordinary user beside.
# Arguments go to Jest, for example: sh scripts/test.sh test/unit
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh procps strace tmux git xz-utils zstd uidmap iproute2 iputils-ping nftables passt slirp4netns

# Tests compare the host before and after, so the two runs must not see each other's mounts and IPC.
if [ "$(id -u)" = 0 ] && [ -z "${NS_JEST_TEST_ALONE:-}" ]; then
  mkdir -p reports
  sh scripts/as-ordinary-user.sh sh scripts/test.sh "$@" >reports/ordinary-user.log 2>&1 &
  other=$!
  # What fails in a trap would be this script's status.
  trap 'kill $other 2>/dev/null || true' EXIT
  status=0
  NS_JEST_TEST_ALONE=1 unshare --mount --ipc --uts sh scripts/test.sh "$@" || status=1
  wait $other || status=1
  cat reports/ordinary-user.log
  # Both users' reports are there, of all tests.
  [ $# -gt 0 ] || node scripts/conformance-table.js --check || status=1
  exit $status
fi

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
exit $status

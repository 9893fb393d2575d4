#!/bin/sh
# Sets up and runs all tests. As root: as root, and as an ordinary user beside.
# Arguments go to Jest, for example: sh scripts/test.sh test/unit
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh procps redis-server strace tmux git xz-utils zstd uidmap iproute2 iputils-ping nftables passt slirp4netns

# Tests compare the host before and after, so the two runs must not see each other's mounts and IPC.
if [ "$(id -u)" = 0 ] && [ -z "${NS_JEST_TEST_ALONE:-}" ]; then
  mkdir -p reports
  NS_JEST_TEST_BESIDE=1 sh scripts/as-ordinary-user.sh sh scripts/test.sh "$@" >reports/ordinary-user.log 2>&1 &
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
# jest NAME MINUTES ARGUMENTS...
jest() {
  report=reports/$1-$user.json
  minutes=$2
  shift 2
  sh scripts/in-time.sh "$minutes" \
    node_modules/.bin/jest --ci --passWithNoTests --json --outputFile="$report" "$@"
}
inside='unit sandbox'
outside=
# What no right of the user's has a part in is tested once: where root's run is beside, by that.
if [ -n "${NS_JEST_TEST_BESIDE:-}" ]; then
  inside=sandbox
  once='code-cache|debugger|docs(-shell)?|hand-back|fork-server-refuses|impossible-options|launch-(ends|environments|many)|many-files'
  once="$once|module-code|random-options|transform-ahead|watch|what-runs-inside"
  outside="test/(init|e2e)/(?!($once)\\.)"
fi

mkdir -p reports
status=0
jest inside 20 --selectProjects $inside -- "$@" || status=1
NS_JEST_LAUNCH=exec jest inside-exec 10 --selectProjects sandbox -- "$@" || status=1
jest conformance 15 --selectProjects conformance conformance-outside -- "$@" || status=1
# One at a time: they compare the host before and after.
# Unquoted: one word a pattern.
jest outside 60 --selectProjects e2e --runInBand -- ${*:-$outside} || status=1
# Each layout and each version of Jest once. All four: sh scripts/test.sh test/differential
if [ "$user" = 0 ]; then patterns='harness /npm-30'; else patterns='/pnpm-29'; fi
# In band: each file compares two fixtures at once.
jest differential 30 --selectProjects differential --maxConcurrency=2 --runInBand -- ${*:-$patterns} || status=1
exit $status

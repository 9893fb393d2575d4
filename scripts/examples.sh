#!/bin/sh
# Runs all examples, and shows what was isolated.
# Usage: sh scripts/examples.sh [--as-user]
#   --as-user  as root: run them a second time as an ordinary user
set -eu
cd "$(dirname "$0")/.."
root=$(pwd -P)
jest=$root/node_modules/.bin/jest

fail() {
  echo "examples: $*" >&2
  exit 1
}

case "$*" in
'' | --as-user) ;;
*) fail "unknown arguments: $*. Usage: sh scripts/examples.sh [--as-user]" ;;
esac

heading() {
  printf '\n==== %s ====\n' "$*"
}

prepare() {
  sh scripts/setup.sh redis-server nginx-light procps iproute2 iputils-ping nftables
  # The examples find ns-jest as any project does: in a node_modules above them.
  mkdir -p examples/node_modules
  ln -sfn ../.. examples/node_modules/ns-jest
}

run_all() {
  who="user $(id -u)"
  failed=
  mkdir -p reports
  for config in examples/*/jest.config.js; do
    example=$(basename "$(dirname "$config")")
    heading "$example, as $who"
    report=$root/reports/example-$example-$(id -u).json
    (cd "examples/$example" && "$jest" --json --outputFile="$report" 2>&1) || failed="$failed $example"
  done
  heading "what was isolated, as $who"
  (cd examples/container-anatomy && "$jest" --verbose namespaces 2>&1) || failed="$failed namespaces"
  [ -z "$failed" ] || fail "as $who, these failed:$failed"
}

[ $# = 0 ] || [ "$(id -u)" = 0 ] || fail '--as-user is for root: this is an ordinary user already'
prepare
run_all
[ $# = 0 ] || sh scripts/as-ordinary-user.sh sh scripts/examples.sh

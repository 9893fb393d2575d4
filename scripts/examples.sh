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
  sh scripts/install-debian-packages.sh redis-server nginx-light procps
  [ -x "$jest" ] || fail 'no Jest. Run: npm ci'
  [ -f dist/index.js ] && [ -d prebuilds ] || fail 'ns-jest is not built. Run: npm run build'
  # The examples find ns-jest as any project does: in a node_modules above them.
  [ "$(readlink -f examples/node_modules/ns-jest)" = "$root" ] ||
    { mkdir -p examples/node_modules && ln -sfn ../.. examples/node_modules/ns-jest; } ||
    fail "this user cannot write to $root/examples: run this script once as who can"
}

run_all() {
  who="user $(id -u)"
  failed=
  for config in examples/*/jest.config.js; do
    example=$(basename "$(dirname "$config")")
    heading "$example, as $who"
    (cd "examples/$example" && "$jest" 2>&1) || failed="$failed $example"
  done
  heading "what was isolated, as $who"
  (cd examples/container-anatomy && "$jest" --verbose namespaces 2>&1) || failed="$failed namespaces"
  [ -z "$failed" ] || fail "as $who, these failed:$failed"
}

# The user who called sudo, if one did. Any id will do: it need not have a name.
run_all_as_user() {
  uid=${SUDO_UID:-1000}
  gid=${SUDO_GID:-1000}
  home=$(mktemp -d)
  trap 'rm -rf "$home"' EXIT
  chown "$uid:$gid" "$home"
  set -- setpriv "--reuid=$uid" "--regid=$gid" --clear-groups env "HOME=$home"
  "$@" test -r "$jest" -a -r "$root/dist/index.js" ||
    fail "user $uid cannot read $root: put the repository where everyone can, such as /opt"
  "$@" node --version >/dev/null ||
    fail "user $uid cannot run $(command -v node): install Node.js where everyone can, such as /usr"
  "$@" sh scripts/examples.sh
}

[ $# = 0 ] || [ "$(id -u)" = 0 ] || fail '--as-user is for root: this is an ordinary user already'
prepare
run_all
[ $# = 0 ] || run_all_as_user

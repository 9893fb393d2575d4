#!/bin/sh
# Builds the addon, ns-init and ns-agent, offline, into prebuilds/, for this architecture or those named.
# With "sanitize" as argument: the AddressSanitizer and UBSan build, into build-sanitize/Release, for
# NS_JEST_BINARIES.
# Usage: sh scripts/build-addon.sh [x64 | arm64 | sanitize]...
set -eu
cd "$(dirname "$0")/.."
here=$(node -p process.arch)

fail() {
  echo "build-addon: $*" >&2
  exit 1
}

build() { # FOLDER TO OPTION...
  folder=$1
  to=$2
  shift 2
  npx cmake-js compile --out "$folder" "$@"
  mkdir -p "$to"
  for name in ns_jest.node ns-init ns-agent; do
    built=$(find "$folder" -name "$name" -type f | head -n 1)
    # A rename, never a write in place: the file may be running.
    [ "$built" = "$to/$name" ] || { cp "$built" "$to/.$name" && mv "$to/.$name" "$to/$name"; }
  done
}

# Another architecture's compiler is one of Debian's, which are named by GNU's words.
cross_build() { # ARCHITECTURE MACHINE
  compiler=$2-linux-gnu-g++
  command -v "$compiler" >/dev/null ||
    fail "$1 needs $compiler. On Debian: sh scripts/install-debian-packages.sh g++-$(echo "$2" | tr _ -)-linux-gnu"
  build "build-$1" "prebuilds/linux-$1" --arch "$1" --cxx "$compiler" \
    --CDCMAKE_SYSTEM_NAME=Linux --CDCMAKE_SYSTEM_PROCESSOR="$2"
}

[ $# -gt 0 ] || set -- "$here"
for what in "$@"; do
  case $what in
  sanitize) build build-sanitize build-sanitize/Release --CDNS_JEST_SANITIZE=ON ;;
  "$here") build build "prebuilds/linux-$here" ;;
  x64) cross_build x64 x86_64 ;;
  arm64) cross_build arm64 aarch64 ;;
  *) fail "unknown argument: $what. Usage: sh scripts/build-addon.sh [x64 | arm64 | sanitize]..." ;;
  esac
done

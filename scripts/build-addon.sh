#!/bin/sh
# Builds the addon, ns-init and ns-agent, offline, into prebuilds/. With "sanitize" as argument: the
# AddressSanitizer and UBSan build, into build-sanitize/Release, for NS_JEST_BINARIES.
set -eu
cd "$(dirname "$0")/.."
arch=$(node -p process.arch)
if [ "${1:-}" = sanitize ]; then
  npx cmake-js compile --out build-sanitize --CDNS_JEST_SANITIZE=ON
  from=build-sanitize
  to=build-sanitize/Release
else
  npx cmake-js compile --out build
  from=build
  to=prebuilds/linux-$arch
fi
mkdir -p "$to"
for name in ns_jest.node ns-init ns-agent; do
  built=$(find "$from" -name "$name" -type f | head -n 1)
  # A rename, never a write in place: the file may be running.
  [ "$built" = "$to/$name" ] || { cp "$built" "$to/.$name" && mv "$to/.$name" "$to/$name"; }
done

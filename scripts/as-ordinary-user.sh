#!/bin/sh
# Run by root: runs a command as an ordinary user, in a copy of this tree that the user owns.
# Usage: sh scripts/as-ordinary-user.sh COMMAND [ARG...]
# What the command writes below reports/ is copied back.
set -eu
cd "$(dirname "$0")/.."
# Any id will do: it need not have a name.
uid=${SUDO_UID:-1000}
gid=${SUDO_GID:-1000}

copy=$(mktemp -d /var/tmp/ns-jest-user.XXXXXX)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/tree" "$copy/home"
find . -mindepth 1 -maxdepth 1 ! -name .git ! -name .cache ! -name 'build*' \
  -exec cp -a --reflink=auto -t "$copy/tree" {} +
chown -R "$uid:$gid" "$copy"
chmod 755 "$copy"

echo "as user $uid: $*"
status=0
(cd "$copy/tree" && setpriv "--reuid=$uid" "--regid=$gid" --clear-groups \
  env "HOME=$copy/home" "$@") || status=$?
if [ -d "$copy/tree/reports" ]; then
  mkdir -p reports
  find "$copy/tree/reports" -name "*-$uid.json" -exec cp {} reports/ \;
fi
exit $status

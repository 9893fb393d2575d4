#!/bin/sh
# Run by root: runs a command as an ordinary user, in a copy of this tree that the user owns.
# Usage: sh scripts/as-ordinary-user.sh COMMAND [ARG...]
# What the command writes below reports/ is copied back.
#
# Where mounts can be had, the user has a name and ranges of ids, in files that lie over those of /etc for
# this command alone. Where cgroups are of version 1, NS_JEST_DELEGATED names groups that are the user's.
set -eu
cd "$(dirname "$0")/.."
# Any id will do: it need not have a name.
uid=${SUDO_UID:-1000}
gid=${SUDO_GID:-1000}

copy=$(mktemp -d /var/tmp/ns-jest-user.XXXXXX)
delegated=
clean_up() {
  for group in $delegated; do rmdir "$group" || true; done
  rm -rf "$copy"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
mkdir "$copy/tree" "$copy/home" "$copy/etc"
find . -mindepth 1 -maxdepth 1 ! -name .git ! -name .cache ! -name 'build*' \
  -exec cp -a --reflink=auto -t "$copy/tree" {} +

for file in passwd group subuid subgid; do cp "/etc/$file" "$copy/etc/" 2>/dev/null || : >"$copy/etc/$file"; done
name=$(getent passwd "$uid" | cut -d: -f1)
if [ -z "$name" ] || [ "$(id -g "$name")" != "$gid" ]; then
  sed -i "/^[^:]*:[^:]*:$uid:/d" "$copy/etc/passwd"
  name=ns-jest-user
  echo "$name:x:$uid:$gid::$copy/home:/bin/sh" >>"$copy/etc/passwd"
fi
for file in subuid subgid; do
  sed -i "/^$name:/d; /^$uid:/d" "$copy/etc/$file"
  printf '%s\n' "$name:300000:1000" "$name:400000:500" >>"$copy/etc/$file"
done
chown -R "$uid:$gid" "$copy/tree" "$copy/home"
chmod 755 "$copy"

# Version 1: below the group that we are in, one a controller.
for controller in memory pids cpu; do
  own=$(sed -n "s/^[0-9]*:\(.*,\)\?$controller\(,.*\)\?:/\/sys\/fs\/cgroup\/$controller/p" /proc/self/cgroup)
  group=$own/ns-jest-user.$$
  [ -n "$own" ] && mkdir "$group" 2>/dev/null || continue
  chown -R "$uid:$gid" "$group"
  delegated="$delegated $group"
done
export NS_JEST_DELEGATED="${delegated# }"

# Files are put in place of those of /etc where nobody else sees it. Where mounts are forbidden, none.
if unshare --mount true 2>/dev/null; then
  in_private_etc() {
    unshare --mount --propagation private sh -c '
      etc=$1
      shift
      # udev opens the device to everybody. Where there is no udev, the user sees one of his own.
      if [ -c /dev/net/tun ] && mknod -m 666 "$etc/tun" c 10 200 2>/dev/null; then
        mount --bind "$etc/tun" /dev/net/tun
      fi
      for file in passwd group subuid subgid; do
        [ ! -e "/etc/$file" ] || mount --bind "$etc/$file" "/etc/$file"
      done
      exec "$@"' sh "$copy/etc" "$@"
  }
else
  in_private_etc() { "$@"; }
fi

echo "as user $uid: $*"
status=0
(cd "$copy/tree" && in_private_etc setpriv "--reuid=$uid" "--regid=$gid" --clear-groups \
  env "HOME=$copy/home" "$@") || status=$?
if [ -d "$copy/tree/reports" ]; then
  mkdir -p reports
  find "$copy/tree/reports" -name "*-$uid.json" -exec cp {} reports/ \;
fi
exit $status

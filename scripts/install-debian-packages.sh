#!/bin/sh
# Installs those of the named Debian packages that are missing. Services among them are not started.
# Usage: sh scripts/install-debian-packages.sh PACKAGE...
set -eu

fail() {
  echo "install-debian-packages: $*" >&2
  exit 1
}

[ $# -gt 0 ] || fail 'name at least one package'
command -v dpkg-query >/dev/null || fail "this is not Debian or a relative of it: install $* by hand"

missing=
for package in "$@"; do
  # Also "config-files", what is left of a package that was removed, is not installed.
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || status=not-installed
  [ "$status" = installed ] && continue
  echo "$package is to be installed: dpkg says $status"
  missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo "Installed already: $*"
  exit 0
fi
[ "$(id -u)" = 0 ] || fail "only root can do that. Run: sudo sh scripts/install-debian-packages.sh$missing"

# Package scripts ask policy-rc.d before they start a service; 101 is no: invoke-rc.d(8).
# The host may have one already, as Debian's container images do: it is put aside, and put back.
policy=/usr/sbin/policy-rc.d
restore_policy() {
  rm -f "$policy"
  [ ! -e "$policy.put-aside" ] || mv "$policy.put-aside" "$policy"
}
trap restore_policy EXIT
trap 'exit 1' HUP INT TERM
# One is put aside already when an earlier run was killed: then the one in place is ours.
[ ! -e "$policy" ] || [ -e "$policy.put-aside" ] || mv "$policy" "$policy.put-aside"
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# Unquoted: one word per package.
apt-get install -q -y --no-install-recommends \
  -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 $missing

[ ! -d /run/systemd/system ] ||
  echo 'Services among them are not running; systemd will start them at the next boot unless disabled.'

#!/bin/sh
# Makes a minimal Debian in FOLDER, if it is not there: of this machine's release, or of RELEASE, from the mirror
# that this machine's apt is configured for.
# Usage: sh scripts/minimal-debian.sh FOLDER [RELEASE]
set -eu

fail() {
  echo "minimal-debian: $*" >&2
  exit 1
}

[ $# -gt 0 ] || fail 'name the folder'
folder=$1
[ ! -d "$folder" ] || exit 0
[ "$(id -u)" = 0 ] || fail 'only root can do that'
own=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
release=${2:-$own}
mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Identifier: Packages' |
  sed -n "s/^$own //p" | head -n 1)
[ -n "$mirror" ] || fail "apt knows no mirror of $own: apt-get update"

# Whole or not at all: what an interrupted run has left is not taken for one.
part=$folder.part
rm -rf "$part"
mkdir -p "$part"
echo "minimal-debian: debootstrap --variant=minbase $release"
debootstrap --variant=minbase "$release" "$part" "$mirror" >"$folder.log" 2>&1 ||
  fail "debootstrap failed: $folder.log"
# Who installs a machine, or starts a container, writes it.
printf '%s\n' '127.0.0.1 localhost' '::1 localhost' >"$part/etc/hosts"
rm -rf "$part"/var/cache/apt/archives/*.deb "$part"/var/lib/apt/lists/*
mv "$part" "$folder"

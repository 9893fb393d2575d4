#!/bin/sh
# Runs a command that may take so long: who hangs has failed, and does not take the time of the others.
# Usage: sh scripts/in-time.sh MINUTES COMMAND [ARG...]
set -eu
minutes=$1
shift
# Of a terminal the group in front is the one that ^C ends.
[ -t 0 ] && foreground=--foreground || foreground=
exec timeout $foreground --kill-after=10 "${minutes}m" "$@"

#!/bin/sh
# Runs a command as a daemon of the old school: two forks with a setsid between them, so that it has
# neither the parent nor the session nor the output of whoever started it. daemon(7), "SysV Daemons"
setsid sh -c '"$@" </dev/null >/dev/null 2>&1 &' sh "$@"

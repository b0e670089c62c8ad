#!/bin/sh
# run-host.sh ID NAME COMMAND…: boots a host in a cgroup of its own, and is that host until it goes.
# Two hosts in one cgroup would take each other's services for their own.
set -eu
cgroup=/sys/fs/cgroup/$1/$2 pid_file=/run/fleet/$2/pid
shift 2
mkdir -p "$cgroup"
# What is left of the life before.
find "$cgroup" -mindepth 1 -depth -type d -exec rmdir {} +
echo 0 >"$cgroup/cgroup.procs"
echo $$ >"$pid_file"
exec "$@"

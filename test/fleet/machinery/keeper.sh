#!/bin/sh
# keeper.sh ID HOLD FOLDER RECORD: the first process in the namespaces of a fleet. Everything of the fleet lives in them:
# its processes, mounts, cgroups and network. It goes with the keeper, which goes when HOLD ends or by SIGTERM.
# HOLD reads from the pipe on stdin: `cat` ends with whoever has the other end, `sleep infinity` with nobody.
set -eu
id=$1 hold=$2 folder=$3 record=$4
cgroup=/sys/fs/cgroup/$id

end() {
	trap '' TERM
	# Nobody but us and our own is in this pid namespace.
	kill -s KILL -- -1 || true
	for _ in $(seq 100); do
		! [ -d "$cgroup" ] || find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null && break
		sleep 0.02
	done
	rm -rf --one-file-system "$folder" "$record"
}
trap end EXIT
trap exit TERM

# This /proc is still the one outside, so this is our pid as it is known there.
read -r pid _ </proc/self/stat
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
# The same on every machine, whatever version and hierarchies of cgroups it has mounted itself.
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir "$cgroup"
for controller in $(cat "$cgroup/cgroup.controllers"); do
	echo "+$controller" >"$cgroup/cgroup.subtree_control" || true
done
ip link set lo up
ip link add bridge type bridge
ip link set bridge up

echo "$pid"
exec 3<&0 >/dev/null
$hold <&3 &
wait $!

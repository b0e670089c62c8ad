#!/bin/sh
# make-base.sh FOLDER SUITE MIRROR NODE: makes the file system that every host of a fleet lies over.
set -eu
base=$1 suite=$2 mirror=$3 node=$4
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

debootstrap --variant=minbase --include="$(
	echo systemd systemd-sysv dbus dbus-user-session libpam-systemd openssh-server sudo procps util-linux iproute2 \
		curl python3 perl socat haproxy fish rsync | tr ' ' ,
)" "$suite" "$base" "$mirror"
rm -rf "$base"/var/cache/apt/archives/*.deb "$base"/var/lib/apt/lists/*
install -m 755 "$node" "$base/usr/local/bin/node"

chroot "$base" sh -eu <<'INSIDE'
	systemctl --quiet disable haproxy
	systemctl --quiet enable ssh
	# Nothing that works by itself at times of its own, and nothing that waits for a console.
	systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
		e2scrub_reap.service fstrim.timer systemd-networkd.service systemd-resolved.service \
		systemd-timesyncd.service console-getty.service getty.target

	for user in deploy plain asks limited banner; do useradd --create-home --shell /bin/bash "$user"; done
	useradd --create-home --shell /usr/bin/fish fishy
	echo 'asks:asks-password' | chpasswd
	printf 'echo "Welcome, $USER!"\nsleep 0.1\n' >/home/banner/.bashrc

	cat >/etc/sudoers.d/fleet <<-'SUDOERS'
		deploy, fishy, banner ALL = (ALL) NOPASSWD: ALL
		asks ALL = (ALL) ALL
		limited ALL = (root) NOPASSWD: /usr/bin/systemd-stdio-bridge, /usr/bin/journalctl, /bin/sh
	SUDOERS
	chmod 440 /etc/sudoers.d/fleet
	# One file for all users: a fleet brings a key of its own.
	echo 'AuthorizedKeysFile /etc/ssh/authorized_keys .ssh/authorized_keys' >/etc/ssh/sshd_config.d/fleet.conf
	mkdir -p /etc/systemd/journald.conf.d /var/log/journal
	printf '[Journal]\nSystemMaxUse=200M\n' >/etc/systemd/journald.conf.d/fleet.conf

	# Each host has its own.
	rm -f /etc/machine-id /etc/ssh/ssh_host_*
INSIDE

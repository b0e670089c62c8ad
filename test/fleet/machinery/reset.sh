# Makes a host again what it was after its first boot, but for what is in the journal. Runs on it as root.

rm -f /var/lib/systemd/linger/*
set -- 'procdeck*'
for home in /home/*; do
	# The user's logins, and the user's own systemd.
	set -- "$@" "user-$(id -u "${home##*/}").slice"
done
# Nothing is to restart, and nobody waits for the time that stopping may take.
systemctl stop --no-block "$@"
systemctl kill --signal=KILL "$@" 2>/dev/null || true
systemctl stop "$@"

# Units, drop-ins, and the folders of links to them.
units=$(find /etc/systemd/system /run/systemd/system -name 'procdeck*' -prune -print -exec rm -rf {} +)
[ -z "$units" ] || systemctl daemon-reload
systemctl reset-failed

for home in /home/*; do
	rm -rf "$home/.config" "$home/.local" "$home/.cache" "$home/.ssh"
done
rm -rf /etc/procdeck /run/procdeck /run/lock/procdeck* /var/lib/procdeck
for disk in $(awk '$2 ~ "^/srv/" && $2 !~ "^/srv/fixtures" { print $2 }' /proc/mounts); do
	umount --lazy "$disk"
done
find /srv -mindepth 1 -maxdepth 1 ! -name fixtures -exec rm -rf {} +

options=/etc/ssh/sshd_config.d/00-set-by-test.conf
if [ -e "$options" ]; then
	rm "$options"
	systemctl restart ssh
fi
systemctl is-active --quiet ssh || systemctl start ssh

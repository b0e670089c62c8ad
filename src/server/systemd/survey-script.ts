import { LOOK_UP_FUNCTION } from '../checks/commands.ts';
import { USAGE_FUNCTIONS } from './unit-usage.ts';

const PLACES = `
folder=
for candidate in "$path/current" "$path"; do
if [ -z "$folder" ] && [ -d "$candidate" ]; then folder=$candidate; echo "folder $candidate"; fi
done
if [ -n "$folder" ]; then
[ -n "$(ls -A -- "$folder" 2>/dev/null)" ] && echo "content yes"
if [ "$(id -un)" = "$user" ]; then (cd -- "$folder") 2>&1 | sed 's/^/entry /'
elif [ "$(id -u)" = 0 ]; then runuser -u "$user" -- /bin/sh -c 'cd -- "$1"' sh "$folder" 2>&1 | sed 's/^/entry /'
fi
fi
while [ ! -d "$units" ]; do units=\${units%/*}; done
for place in "$units/" "\${folder:-/}" "$journal" /run; do
df -Pk "$place" 2>/dev/null | sed -n '2s/^/space /p'
df -Pi "$place" 2>/dev/null | sed -n '2s/^/inodes /p'
done
`;

const JOURNAL = `
[ -d /var/log/journal ] && { journal=/var/log/journal; echo "keeps yes"; } || journal=/run/log
systemd-analyze cat-config systemd/journald.conf 2>/dev/null |
grep -E '^(Storage|SystemMaxUse|RuntimeMaxUse|MaxRetentionSec)=' | sed 's/^/journal /'
journalctl --disk-usage 2>/dev/null | sed -n '1s/^/size /p'
[ -n "$(journalctl --quiet --lines=1 --output=cat 2>/dev/null)" ] && echo "own yes"
`;

/** Who listens on ports of the stack, and is none of its instances. */
const PORTS = `
if [ "$ports" != "  " ]; then
command -v ss >/dev/null || echo "blind there is no ss (package iproute2)"
ss -Hltnp 2>/dev/null | while read -r _ _ _ address _ users; do
port=\${address##*:}
case $ports in *" $port "*) ;; *) continue ;; esac
pid=\${users#*pid=} pid=\${pid%%,*}
grep -qF "/$prefix." "/proc/$pid/cgroup" 2>/dev/null && continue
program=\${users#*\\"} program=\${program%%\\"*}
echo "taken $port $program"
done
fi
`;

/** What runs of the stack with what its processes take, and what there is. */
const MEMORY = `${USAGE_FUNCTIONS}
while read -r key kibibytes _; do
case $key in MemTotal:) echo "total $kibibytes" ;; MemAvailable:) echo "available $kibibytes" ;; esac
done </proc/meminfo
echo "page $(getconf PAGESIZE)"
running() {
[ "\${main:-0}" != 0 ] || return
echo "main $main $id"
group_of "$main"
folder_of
processes_of "$main"
}
{ systemctl "--$scope" show --property=Id,MainPID "$prefix.*@*.service"; echo; } 2>/dev/null |
while IFS='=' read -r key value; do
case $key in Id) id=$value ;; MainPID) main=$value ;; *) running; main= ;; esac
done 2>/dev/null
`;

/** What instances have in their environment by themselves, and the programs that are not to be found with it. */
const COMMANDS = `
inherited=$(systemctl "--$scope" show-environment 2>/dev/null)
printf '%s\\n' "$inherited" | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/variable \\1/p'
: "\${search:=$(printf '%s\\n' "$inherited" | sed -n 's/^PATH=//p')}"
: "\${search:=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}"
if [ -z "$folder" ]; then :
elif [ "$(id -un)" = "$user" ]; then (look_up "$folder" "$search" "$@")
elif [ "$(id -u)" = 0 ]; then
runuser -u "$user" -- /bin/sh -c "$look_up
look_up \\"\\$@\\"" sh "$folder" "$search" "$@"
fi 2>/dev/null
`;

/**
 * Prints a line for each thing that was found. As root it looks with the eyes of the user that instances run as. Its
 * arguments are those of the question, and then the programs that are looked for.
 */
export const SURVEY_SCRIPT = `
path=$1 user=$2 units=$3 prefix=$4 ports=" $5 " scope=$6 asks_clock=$7 search=$8
shift 8
[ "$scope" = user ] && : "\${XDG_RUNTIME_DIR:=/run/user/$(id -u)}" && export XDG_RUNTIME_DIR
look_up='${LOOK_UP_FUNCTION.replaceAll("'", `'\\''`)}'
eval "$look_up"
for program in base64 flock logger mkfifo timeout tail; do
command -v "$program" >/dev/null || echo "missing $program"
done
id -u -- "$user" >/dev/null 2>&1 && echo "user yes"
${JOURNAL}${PLACES}${PORTS}${MEMORY}${COMMANDS}
[ -z "$asks_clock" ] || timedatectl show --property=CanNTP --property=NTP 2>/dev/null | sed 's/^/clock /'
echo end
`;

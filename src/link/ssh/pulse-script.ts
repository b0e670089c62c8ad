/*
 * Runs on the server as long as the link lives. It reads a line every few seconds: an empty one is a beat, which it
 * answers, the others say what else to look after. When no beat comes for 9 to 13 seconds, or stdin ends because the connection is gone, it
 * ends all process groups that were started over the link and the sshd processes that carried it, and then itself.
 *
 * Only builtins and `sleep`, so that it runs in any POSIX shell and costs a fork in four seconds. A number is signalled
 * only while the process that it named is still the same, told by its start time; a group may outlive its first process.
 */
const SCRIPT = `
held= carriers=

# stat PID: sets parent, group and start of a process, and its name.
stat() {
	read -r stat_line <"/proc/$1/stat" || return 1
	name=\${stat_line#*(} name=\${name%)*}
	set -- \${stat_line##*) }
	parent=$2 group=$3 start=\${20}
} 2>/dev/null

# same PID START: whether the process is that one, or is gone.
same() { stat "$1" || return 0; [ "$start" = "$2" ]; }

# left GROUP: whether a process of it is still there, whoever owns it.
left() {
	# To look at all processes takes a busy server a tenth of a second.
	case $(LC_ALL=C kill -0 "-$1" 2>&1) in *'No such process'*) return 1 ;; esac
	for stat_file in /proc/[0-9]*/stat; do
		read -r stat_line <"$stat_file" || continue
		set -- "$1" \${stat_line##*) }
		[ "$4" = "$1" ] && [ "$2" != Z ] && return 0
	done 2>/dev/null
	return 1
}

# carrier PID: keeps in mind the sshd that the process descends from.
carrier() {
	pid=$1 steps=0
	while [ "$pid" -gt 1 ] && [ $steps -lt 8 ] && stat "$pid"; do
		case $name in sshd*|dropbear*)
			case " $carriers " in *" $pid:$start "*) ;; *) carriers="$carriers $pid:$start" ;; esac
			return ;;
		esac
		pid=$parent steps=$((steps + 1))
	done
}

# hold PID START GROUP PARENT: looks after the group of a process that the parent started. It may be on another machine,
# where a name leads to several.
hold() {
	stat "$1" && [ "$start" = "$2" ] || return
	stat "$3" && held="$held $3:$start"
	carrier "$4"
}

# drop GROUP: looks after it no longer.
drop() {
	kept=
	for each in $held; do case $each in "$1:"*) ;; *) kept="$kept $each" ;; esac; done
	held=$kept
}

# term and kill GROUP:START. What sudo started is not ours to signal; where sudo lets us, it ends that, too.
term() { same "\${1%:*}" "\${1#*:}" && kill -TERM "-\${1%:*}"; } 2>/dev/null
kill_hard() {
	same "\${1%:*}" "\${1#*:}" || return
	kill -KILL "-\${1%:*}"
	left "\${1%:*}" && sudo -n /bin/sh -c "kill -KILL -\${1%:*}" </dev/null >/dev/null
} 2>/dev/null

# close GROUP: by TERM, and a second later by KILL.
close() {
	for each in $held; do
		case $each in "$1:"*) ;; *) continue ;; esac
		term "$each" || left "$1" || continue
		# Two forks, so that nobody is left to be waited for.
		({ sleep 1; kill_hard "$each"; } </dev/null >/dev/null 2>&1 &)
	done
	drop "$1"
}

finish() {
	trap '' TERM HUP INT
	for each in $held; do term "$each"; done
	sleep 1
	for each in $held; do kill_hard "$each"; done
	for each in $carriers; do same "\${each%:*}" "\${each#*:}" && kill -TERM "\${each%:*}"; done 2>/dev/null
	stat $$ && kill -KILL "-$group"
	exit
}

# nap SECONDS: whether a beat came in that time.
nap() {
	fed=
	sleep "$1" & sleeping=$!
	while wait $sleeping; [ $? -gt 128 ]; do :; done
	[ -n "$fed" ]
}

watch() {
	trap 'fed=1' USR1
	while nap 4 || nap 5; do :; done
	kill -TERM $$
}

watch </dev/null >/dev/null 2>&1 &
watcher=$!
trap finish TERM HUP INT
# So that an answer that nobody reads is not the end of it.
trap '' PIPE
carrier $$
while IFS= read -r order; do
	set -- $order
	case \${1-} in
		hold) hold "$2" "$3" "$4" "$5" ;;
		close) close "$2" ;;
		*) kill -USR1 $watcher || break; echo ;;
	esac
done
finish
`;

/** Without what only people read. */
export const PULSE_SCRIPT = SCRIPT.replace(/^\s*(#.*)?\n|^\t+/gm, '');

import type { BalancerLayout } from './layout.ts';

/** So long a change waits for another one of the same balancer. */
export const PATIENCE_SECONDS = 15;

/*
 * Does what a change of a balancer needs of its machine, as long as its channel lives: takes and frees the lock, puts the
 * configuration in place, and tells systemd. It reads a word from a line, and after `put` and `swap` as many bytes as the
 * line says; it answers each with a line: a word, and what there is to say in base64. A switch waits for this, so that it
 * starts few programs.
 */
const CONTROL_SCRIPT = `
lock=$1 config=$2 haproxy=$3 unit=$4 unit_path=$5 manager=$6 socket=$7
umask 022
: "\${XDG_RUNTIME_DIR:=/run/user/$(id -u)}"
export XDG_RUNTIME_DIR

say() { if [ -z "$2" ]; then echo "$1"; else echo "$1 $(printf %s "$2" | base64 -w 0)"; fi; }
try() { if words=$("$@" 2>&1); then say done "$words"; else say failed "$words"; fi; }
bus() { systemctl "$manager" --no-ask-password "$@" </dev/null; }
file() { if [ -f "$2" ]; then echo "$1 $(base64 -w 0 <"$2")"; fi; }
folder() { [ -d "$1" ] || mkdir -p "$1"; }

# reach: what bears the name of the lock may have been removed since, or been closed to its owner.
reach() {
	run=\${lock%/*}
	folder "$run" && { [ -w "$lock" ] || { chmod u+rwx "$run" && touch "$lock"; }; } && return
	echo "as root there: chown -R $(id -un) $run"
	return 1
}

# draft BYTES: the file beside the configuration.
draft() { folder "\${config%/*}" && head -c "$1" >"$config.new"; }

# checked: what HAProxy does not take never comes into place.
checked() { "$haproxy" -c -f "$config.new" </dev/null || { rm -f "$config.new"; return 1; }; }

place() {
	sync "$config.new" 2>/dev/null
	if [ -f "$config" ]; then ln -f "$config" "$config.previous" || return; fi
	mv -f "$config.new" "$config"
}

put() { checked && place; }

# back: what was there before the last put.
back() { mv -f "$config.previous" "$config"; }

# anew: with a socket that is somebody else's by now HAProxy would not begin, and where it stays nothing is ended.
anew() { rm -f "$socket" && bus restart "$unit"; }

# certificate: when the file that HTTPS is served with was written last.
certificate() {
	path=$(sed -n "s/^\\tbind .* ssl crt '\\{0,1\\}\\(.*[^']\\)'\\{0,1\\} alpn .*/\\1/p" "$config" 2>/dev/null)
	[ -z "$path" ] || stat -L -c 'certificate %Y' "$path" 2>/dev/null
}

show() {
	file config "$config"
	certificate
	file previous "$config.previous"
	file unit "$unit_path"
	bus show "$unit" --property=ActiveState,SubState,UnitFileState
}

while read -r word argument
do case $word in
lock) if words=$(reach 2>&1); then exec 9>>"$lock"; try flock -w ${PATIENCE_SECONDS} 9; else say failed "$words"; fi ;;
free) exec 9>&-; say done ;;
read) if [ -f "$config" ]; then echo "done $(base64 -w 0 <"$config")"; else say failed; fi ;;
# What is left of a text that cannot be written would be taken for words.
put) if words=$(draft "$argument" 2>&1); then try put; else say failed "$words"; exit 1; fi ;;
swap) if words=$(draft "$argument" 2>&1); then try place; else say failed "$words"; exit 1; fi ;;
back) try back ;;
show) try show ;;
restart) try anew ;;
*) try bus "$word" "$unit" ;;
esac; done
`;

/** @param haproxy the program */
export function controlCommand(layout: BalancerLayout, haproxy: string): string[] {
	const { lock, configPath, unit, unitPath, scope, socket } = layout;
	const args = [lock, configPath, haproxy, unit, unitPath, `--${scope}`, socket];
	return ['/bin/sh', '-c', CONTROL_SCRIPT, 'sh', ...args];
}

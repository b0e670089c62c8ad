import { ProcdeckError } from '../../model/errors.ts';
import type { BalancerSession } from './session.ts';

const TIMEOUT_MS = 60_000;

const INSTALL_SCRIPT = `
: "\${XDG_RUNTIME_DIR:=/run/user/$(id -u)}"
export XDG_RUNTIME_DIR
umask 022
path=$1 unit=$2 manager=$3
mkdir -p "\${path%/*}" && cat >"$path.new" && { sync "$path.new" || :; } && mv -f "$path.new" "$path" || exit
systemctl "$manager" --no-ask-password daemon-reload && systemctl "$manager" --no-ask-password --quiet enable "$unit"
`;

const REMOVE_SCRIPT = `
: "\${XDG_RUNTIME_DIR:=/run/user/$(id -u)}"
export XDG_RUNTIME_DIR
path=$1 unit=$2 manager=$3 config=$4 run=$5
bus() { systemctl "$manager" --no-ask-password --quiet "$@"; }
if [ -e "$path" ]; then bus disable --now "$unit" || exit; fi
rm -f -- "$path" "$path.new" || exit
bus daemon-reload
bus reset-failed "$unit" 2>/dev/null
rm -f -- "$config/haproxy.cfg" "$config/haproxy.cfg.previous" "$config/haproxy.cfg.new"
rm -rf -- "$run"
for folder in "$config" "\${config%/*}" "\${run%/*}"; do rmdir -- "$folder" 2>/dev/null; done
true
`;

/**
 * Puts a balancer's unit in place, for the boot too. It is not started by that.
 * @throws ProcdeckError `refused` in the server's own words
 */
export async function installUnit(session: BalancerSession, text: string): Promise<void> {
	const { unitPath, unit, scope } = session.layout;
	await run(session, INSTALL_SCRIPT, [unitPath, unit, `--${scope}`], text);
}

/** Takes a balancer away from its machine. @throws ProcdeckError `refused` in the server's own words */
export async function removeBalancer(session: BalancerSession): Promise<void> {
	const { unitPath, unit, scope, config, run: runtime } = session.layout;
	await run(session, REMOVE_SCRIPT, [unitPath, unit, `--${scope}`, config, runtime], '');
}

async function run(
	session: BalancerSession,
	script: string,
	args: readonly string[],
	input: string,
): Promise<void> {
	const command = session.elevated('/bin/sh', '-c', script, 'sh', ...args);
	const { exitCode, stderr } = await session.link.run(command, { input, timeoutMs: TIMEOUT_MS });
	if (exitCode === 0) return;
	throw new ProcdeckError('refused', `it cannot be done there: ${stderr.trim() || 'it took too long'}`);
}

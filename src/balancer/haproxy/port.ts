import { ProcdeckError } from '../../model/errors.ts';
import type { BalancerSession } from './session.ts';

const TIMEOUT_MS = 20_000;

/*
 * Prints who listens on a port, but for processes of a unit: a line `NAME PID`, or `somebody` where the user may not see
 * who it is. Every listening socket is in /proc/net/tcp, with its inode; state 0A is listening.
 */
const WHO_SCRIPT = `
hex=$(printf %04X "$1") unit=$2
inodes=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | while read -r _ local _ state _ _ _ _ _ inode _; do
case $local/$state in *:"$hex"/0A) echo "$inode" ;; esac; done)
[ -n "$inodes" ] || exit 0
ours= others=
for inode in $inodes; do
who=
for folder in /proc/[0-9]*; do
if ls -l "$folder/fd" 2>/dev/null | grep -qF "socket:[$inode]"; then
if grep -qF "/$unit" "$folder/cgroup" 2>/dev/null; then ours=yes who=ours
else who="$(cat "$folder/comm") \${folder#/proc/}"; fi
break
fi
done
[ "$who" = ours ] || others=\${who:-somebody}
done
[ -z "$others" ] || echo "$others"
`;

/** @throws ProcdeckError `refused` where the balancer cannot listen on a port, with why */
export async function requirePort(session: BalancerSession, server: string, port: number): Promise<void> {
	const { facts, layout } = session;
	if (layout.scope === 'user' && facts.uid !== 0 && port < facts.firstOpenPort) {
		throw new ProcdeckError(
			'refused',
			`${facts.user} may not listen on port ${port} of ${server}`,
			`take one from ${facts.firstOpenPort} on, or as root there: \`sysctl -w net.ipv4.ip_unprivileged_port_start=${port}\``,
		);
	}
	const command = session.elevated('/bin/sh', '-c', WHO_SCRIPT, 'sh', String(port), layout.unit);
	const { stdout } = await session.link.run(command, { timeoutMs: TIMEOUT_MS });
	const [name = '', pid] = stdout.trim().split(' ');
	if (name === '') return;
	throw new ProcdeckError(
		'refused',
		`port ${port} of ${server} is taken by ${pid === undefined ? name : `${name} (pid ${pid})`}`,
		'`--port` takes another one',
	);
}

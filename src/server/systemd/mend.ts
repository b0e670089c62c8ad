import type { Link } from '../../link/link.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { MachineMend } from '../../model/mend.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import { mayBeRoot } from './fact-findings.ts';
import { type Facts, readFacts } from './facts.ts';
import { layoutOf, lockPath } from './layout.ts';

/** journald goes by the last file that says something. */
const JOURNAL_FILE = '/etc/systemd/journald.conf.d/99-procdeck.conf';

const TIMEOUT_MS = 60_000;

/** Commands for each kind, with `$1` and `$2` for what it is about. */
const SCRIPTS: Readonly<Record<MachineMend['kind'], string>> = {
	user: 'useradd --system --create-home --shell /usr/sbin/nologin "$1"',
	folder: 'mkdir -p -- "$1" && chown -- "$2" "$1"',
	// The user's own systemd begins a moment later.
	lingering: `loginctl enable-linger "$1" || exit
uid=$(id -u -- "$1") left=100
until [ -S "/run/user/$uid/systemd/private" ] || [ "$left" = 0 ]; do sleep 0.1; left=$((left - 1)); done`,
	journal: `mkdir -p /var/log/journal "\${1%/*}" && printf '[Journal]\\nStorage=persistent\\n' >"$1" || exit
systemctl restart systemd-journald && journalctl --flush`,
	'journal-group': 'usermod -aG systemd-journal "$1"',
	clock: 'timedatectl set-ntp true',
	// While nobody changes the stack.
	target: `: "\${XDG_RUNTIME_DIR:=/run/user/$(id -u)}"
export XDG_RUNTIME_DIR
mkdir -p "\${2%/*}" && flock -w 15 "$2" systemctl "--$3" --no-ask-password --quiet enable "$1"`,
};

export interface Mending {
	readonly stack: Stack;
	readonly definition: ServerDefinition;
	/** @throws ProcdeckError `unreachable` */
	readonly connect: () => Promise<Link>;
}

/** Does what a finding asks for. @throws ProcdeckError `refused` in the server's own words, `unreachable` */
export async function mendMachine(mending: Mending, mend: MachineMend): Promise<void> {
	const link = await mending.connect();
	try {
		const facts = await readFacts(link);
		const script = `PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin\n${SCRIPTS[mend.kind]}`;
		const shell = ['/bin/sh', '-c', script, 'sh', ...wordsOf(mending, mend, facts)] as const;
		const isOwn = mend.kind === 'target' && mending.definition.scope === 'user';
		// Who may not be root may still let himself linger.
		const needsSudo = !isOwn && facts.uid !== 0 && mayBeRoot(facts);
		const command = needsSudo ? (['sudo', '-n', ...shell] as const) : shell;
		const { exitCode, stderr } = await link.run(command, { timeoutMs: TIMEOUT_MS });
		if (exitCode !== 0) throw new ProcdeckError('refused', stderr.trim() || 'it took too long');
	} finally {
		await link.close();
	}
}

function wordsOf({ stack, definition }: Mending, mend: MachineMend, facts: Facts): readonly string[] {
	switch (mend.kind) {
		case 'user':
		case 'lingering':
		case 'journal-group':
			return [mend.user];
		case 'folder':
			return [mend.path, mend.owner];
		case 'journal':
			return [JOURNAL_FILE];
		case 'target':
			return [mend.target, lockPath(layoutOf(stack, definition.scope, facts)), definition.scope];
		case 'clock':
			return [];
	}
}

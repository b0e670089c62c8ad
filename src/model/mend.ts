/** What `doctor --fix` can do there: it can be taken back, and is about nothing of anybody else's. */
export type MachineMend =
	/** Creates the user that instances run as. */
	| { readonly kind: 'user'; readonly user: string }
	| { readonly kind: 'folder'; readonly path: string; readonly owner: string }
	/** What a user runs goes on without a login, and from the boot on. */
	| { readonly kind: 'lingering'; readonly user: string }
	/** Keeps the journal over a reboot. */
	| { readonly kind: 'journal' }
	| { readonly kind: 'journal-group'; readonly user: string }
	/** Has the clock set by the network. */
	| { readonly kind: 'clock' }
	/** Has the boot start a stack's target. */
	| { readonly kind: 'target'; readonly target: string };

/** The same, and what Procdeck's own verbs do. */
export type Mend =
	| MachineMend
	/** Writes what differs from the files. */
	| { readonly kind: 'sync' }
	/** Has the local stack start with the machine. */
	| { readonly kind: 'boot' }
	/** Makes the load balancer what its configuration says. */
	| { readonly kind: 'balancer' };

/** The order in which they are done: what others need comes first. */
const ORDER: readonly Mend['kind'][] = [
	'user',
	'folder',
	'lingering',
	'journal',
	'journal-group',
	'clock',
	'sync',
	'boot',
	'target',
	'balancer',
];

/** What several findings ask for, once each, in the order in which it is to be done. */
export function inOrder(mends: readonly Mend[]): Mend[] {
	const byText = new Map(mends.map((mend) => [mendText(mend), mend] as const));
	return [...byText.values()].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** What it does, for the plan and the history. */
export function mendText(mend: Mend): string {
	switch (mend.kind) {
		case 'user':
			return `create the system user ${mend.user}`;
		case 'folder':
			return `make the folder ${mend.path}, which is ${mend.owner}'s`;
		case 'lingering':
			return `let what ${mend.user} runs go on without a login, and begin with the boot`;
		case 'journal':
			return 'keep the journal on the disk, and restart journald';
		case 'journal-group':
			return `add ${mend.user} to the group systemd-journal`;
		case 'clock':
			return 'have the clock set by the network';
		case 'target':
			return `have the boot start ${mend.target}`;
		case 'sync':
			return 'write what differs from the files, as `procdeck sync` does';
		case 'boot':
			return 'have the stack start with the machine, as `procdeck boot enable` does, before anybody logs in';
		case 'balancer':
			return 'make the load balancer what its configuration says';
	}
}

import { createInterface } from 'node:readline';
import type { Channel } from '../../../link/link.ts';
import { ProcdeckError } from '../../../model/errors.ts';
import { releaseLockPath } from '../layout.ts';
import type { Session } from '../session.ts';
import { refusal } from './command.ts';
import { type Listed, parseListing } from './list.ts';
import { BEGIN_WORK } from './scripts.ts';

/** Work that nobody else does at the same time. */
export interface Exclusive extends Listed {
	/** Holds the lock for as long as it lives. */
	readonly lock: Channel;
}

/**
 * Takes the lock of the releases, and makes the place of the code ready for them.
 * @param owner the user whom the code belongs to
 * @throws ProcdeckError `conflict` with who holds it, `refused`, `unreachable`
 */
export async function takeLock(session: Session, who: string, owner: string): Promise<Exclusive> {
	const { link, layout } = session;
	const { code, prefix } = layout;
	const stack = prefix.replace(/^procdeck\./, '');
	const args = [releaseLockPath(layout), who, code, owner, stack];
	const lock = await link.open(session.elevated('/bin/sh', '-c', BEGIN_WORK, 'sh', ...args));
	const lines = await linesUntilReady(lock);
	if (lines.at(-1) === 'ready') return { lock, ...parseListing(lines) };
	const why = lines.length === 0 ? null : whyNot(code, lines.join(' '));
	if (why !== null) throw why;
	const { code: exitCode, stderr } = await lock.ended;
	if (exitCode === null)
		throw new ProcdeckError('unreachable', lock.stream.errored?.message ?? 'the connection was lost');
	throw refusal(`cannot prepare ${code}`, stderr.trim() || `exit ${exitCode}`);
}

export async function letGo({ lock }: Pick<Exclusive, 'lock'>): Promise<void> {
	lock.stream.end();
	await lock.ended;
}

/** What it prints until it holds the lock, or ends without. */
async function linesUntilReady(channel: Channel): Promise<string[]> {
	const lines: string[] = [];
	const reader = createInterface({ input: channel.stream });
	const { promise: isReady, resolve } = Promise.withResolvers<void>();
	reader.on('error', () => {});
	reader.on('line', (line) => {
		lines.push(line);
		if (line === 'ready') resolve();
	});
	await Promise.race([isReady, channel.ended]);
	return lines;
}

/** @param answer `busy WHO`, `other STACK` or `foreign NAMES` */
function whyNot(code: string, answer: string): ProcdeckError | null {
	const [kind, ...words] = answer.split(' ').filter((word) => word !== '');
	const elsewhere = 'set another `path` in the stack file';
	if (kind === 'busy') {
		const holder = words.join(' ') || 'somebody else';
		const message = `a release is under way there: ${holder}`;
		return new ProcdeckError('conflict', message, 'try again when it is done');
	}
	if (kind === 'other')
		return new ProcdeckError('refused', `${code} holds the releases of ${words.join(' ')}`, elsewhere);
	if (kind !== 'foreign') return null;
	const list = words.map((name) => `${code}/${name}`).join(', ');
	const message =
		words.length === 1
			? `${list} is there already, and Procdeck did not put it there`
			: `${list} are there already, and Procdeck did not put them there`;
	return new ProcdeckError('refused', message, `move that away, or ${elsewhere}`);
}

import { createInterface } from 'node:readline';
import type { Channel } from '../../../link/link.ts';
import { ProcdeckError } from '../../../model/errors.ts';
import { releaseLockPath } from '../layout.ts';
import type { Session } from '../session.ts';
import { LOCK } from './scripts.ts';

/**
 * Takes the lock of the releases, for as long as the channel lives.
 * @throws ProcdeckError `conflict` with who holds it, `refused`, `unreachable`
 */
export async function takeLock(session: Session, who: string): Promise<Channel> {
	const { link, layout } = session;
	const command = session.elevated('/bin/sh', '-c', LOCK, 'sh', releaseLockPath(layout), who);
	const channel = await link.open(command);
	const answer = await firstLine(channel);
	if (answer === 'locked') return channel;
	if (answer?.startsWith('busy ') === true) {
		channel.close();
		const holder = answer.slice('busy '.length).trim() || 'somebody else';
		throw new ProcdeckError(
			'conflict',
			`a release is under way there: ${holder}`,
			'try again when it is done',
		);
	}
	const { stderr } = await channel.ended;
	throw new ProcdeckError('refused', `cannot lock the releases: ${stderr.trim() || 'it does not answer'}`);
}

export async function letGo(lock: Channel): Promise<void> {
	lock.stream.end();
	await lock.ended;
}

async function firstLine(channel: Channel): Promise<string | null> {
	const lines = createInterface({ input: channel.stream });
	const line = new Promise<string>((resolve) => lines.once('line', resolve));
	lines.on('error', () => {});
	return Promise.race([line, channel.ended.then(() => null)]);
}

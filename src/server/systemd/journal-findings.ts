import { type Found, fine } from '../../model/finding.ts';
import { type Examined, mayBeRoot } from './fact-findings.ts';
import { journalAccess } from './facts.ts';
import type { Survey } from './survey.ts';

/** Whether logs and history can be read, and how long they are kept. */
export function journalFindings(examined: Examined, found: Survey): Found[] {
	return [reading(examined, found), keeping(examined, found)];
}

function reading({ definition, facts }: Examined, { readsOwnJournal }: Survey): Found {
	const check = 'journal';
	const { user } = facts;
	const isReadable =
		definition.scope === 'user'
			? readsOwnJournal || facts.readsJournal
			: journalAccess(facts, 'system') !== null;
	if (isReadable) return fine(check, `${user} may read it`);
	return {
		check,
		severity: 'error',
		message: `${user} may not read it: no logs, no history`,
		fix: `as root there: usermod -aG systemd-journal ${user}`,
		...(mayBeRoot(facts) && { mend: { kind: 'journal-group', user } }),
	};
}

const FIX =
	'as root there: Storage=persistent in /etc/systemd/journald.conf, then systemctl restart systemd-journald';

function keeping({ definition, facts }: Examined, { journal, keepsJournal, journalSize }: Survey): Found {
	const check = 'journal storage';
	const { Storage: storage = 'auto', SystemMaxUse: most, MaxRetentionSec: longest = '0' } = journal;
	const bad = (severity: 'error' | 'warning', message: string): Found => ({
		check,
		severity,
		message,
		fix: FIX,
		...(mayBeRoot(facts) && { mend: { kind: 'journal' } }),
	});
	if (storage === 'none') return bad('error', 'journald keeps nothing: no logs, no history');
	// Users have journals of their own only on a disk.
	if (!keepsJournal || storage === 'volatile')
		return bad(definition.scope === 'user' ? 'error' : 'warning', 'logs and history are lost at a reboot');
	const size = /take up (\S+)/.exec(journalSize ?? '')?.[1];
	const limit = most === undefined ? 'a tenth of its disk, 4G at most' : most;
	const time = longest === '0' ? '' : `, and for ${longest} at most`;
	return fine(check, `it takes ${size ?? 'its room'}, and at most ${limit}${time}`);
}

import { once } from 'node:events';
import type { Answer, Asked } from '../store/question-desk.ts';

/** The name under which a console starts the verbs for which it asks. Other parents know nothing of that. */
export const UNDER_CONSOLE = 'procdeck-under-console';

/** Whether a console runs this verb beside itself, and asks the person what this has to ask. */
export function hasConsole(): boolean {
	return process.argv0 === UNDER_CONSOLE && process.connected;
}

/** The person's answer; null where there is none, as when the console has gone. */
export async function askConsole(question: Asked): Promise<Answer> {
	if (!process.connected || process.send === undefined) return null;
	const over = new AbortController();
	const { signal } = over;
	// It listens before it asks, and no longer than that: who waits for an answer keeps the program from ending.
	const answered = once(process, 'message', { signal }).then(([answer]) => answer as Answer);
	const gone = once(process, 'disconnect', { signal }).then(() => null);
	// Listening alone has let it end after other connections had come and gone, as in `lb add`.
	process.channel?.ref();
	process.send(question);
	try {
		return await Promise.race([answered, gone]);
	} finally {
		over.abort();
		process.channel?.unref();
		for (const late of [answered, gone]) late.catch(() => {});
	}
}

import type { Asker } from '../../model/question.ts';
import type { Output } from './output.ts';
import { clearProgressLine } from './progress.ts';

const TOLD_AFTER_MS = 1000;

/**
 * Connects, and says so on stderr once that takes over a second. Where a person is asked something meanwhile, that tells
 * it by itself.
 * @param connect gets who answers its questions
 */
export async function withConnectingNote<T>(
	output: Pick<Output, 'json' | 'note'>,
	server: string,
	asker: Asker,
	connect: (asker: Asker) => Promise<T>,
): Promise<T> {
	if (output.json) return connect(asker);
	const timer = setTimeout(() => {
		clearProgressLine();
		output.note(`connecting to ${server} ...`);
	}, TOLD_AFTER_MS);
	const asking: Asker = {
		trust(key) {
			clearTimeout(timer);
			return asker.trust(key);
		},
		answer(prompt, shown) {
			clearTimeout(timer);
			return asker.answer(prompt, shown);
		},
	};
	try {
		return await connect(asking);
	} finally {
		clearTimeout(timer);
	}
}

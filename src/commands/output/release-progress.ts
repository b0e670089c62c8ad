import { sanitize } from '../../model/sanitize.ts';
import type { ReleaseReporter } from '../../session/release/order.ts';
import type { Output } from './output.ts';

/** A line for each step of a release, and below it what its commands write. */
export function releaseReporter(output: Pick<Output, 'note'>): ReleaseReporter {
	return {
		step: (server, text) => output.note(`${server}  ${text}`),
		line: (server, text) => output.note(`${server}  | ${sanitize(text, { colours: false })}`),
	};
}

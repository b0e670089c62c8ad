import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createPainter } from '../../src/view/painter.ts';
import { waitFor } from '../support/wait-for.ts';

const DRAWN_WITHIN_MS = 40;

/** A painter whose screen takes long to draw, and when it drew. */
function slowPainter() {
	const drawings: { readonly begun: number; readonly done: number }[] = [];
	const painter = createPainter(
		() => [],
		() => {},
	);
	painter.subscribe(() => {
		const begun = performance.now();
		while (performance.now() < begun + DRAWN_WITHIN_MS);
		drawings.push({ begun, done: performance.now() });
	});
	onTestFinished(() => painter.stop());
	return { painter, drawings };
}

it('leaves more time to all else than slow drawings take, while things change all the time', async () => {
	const { painter, drawings } = slowPainter();
	const changes = setInterval(painter.publishSoon, 1);
	onTestFinished(() => clearInterval(changes));
	await waitFor(() => drawings.length === 4, 'drawings');
	const rests = drawings.slice(1).map(({ begun }, at) => begun - drawings[at]!.done);
	// Timers count whole milliseconds.
	for (const rest of rests) expect(rest).toBeGreaterThan(2 * DRAWN_WITHIN_MS - 2);
});

it('draws at once for a key, also soon after a slow drawing', async () => {
	const { painter, drawings } = slowPainter();
	painter.publish();
	await waitFor(() => drawings.length === 1, 'a drawing');
	painter.publishSoon();
	painter.publish();
	await new Promise((resolve) => setImmediate(resolve));
	expect(drawings).toHaveLength(2);
	await sleep(0);
	expect(drawings).toHaveLength(2);
});

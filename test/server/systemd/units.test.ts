import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { ListedUnit } from '../../../src/server/systemd/bus.ts';
import { objectPath } from '../../../src/server/systemd/names.ts';
import { Units } from '../../../src/server/systemd/units.ts';

const UNIT = 'procdeck.shop.test.worker@1.service';

/** What is known of the worker, on a bus whose list of units comes when it is told to. */
async function watched() {
	const { promise: list, resolve: answer } = Promise.withResolvers<ListedUnit[]>();
	let active = '';
	const properties = async () => ({ ActiveState: 'inactive', SubState: 'dead' });
	const bus = { list: () => list, watch: async () => {}, properties };
	const units = new Units(bus, 'procdeck.shop.test', ({ state }) => {
		active = state.active;
	});
	await units.know(UNIT);
	const becomes = (ActiveState: string) =>
		units.take({ kind: 'properties', path: objectPath(UNIT), changed: { ActiveState } });
	const answered = async (listed: ListedUnit[]) => {
		answer(listed);
		await nextTurn();
		return active;
	};
	return { units, becomes, answered };
}

it('a unit that systemd has forgotten while it read its files is at rest', async () => {
	const { units, becomes, answered } = await watched();
	becomes('active');
	units.take({ kind: 'reloaded' });
	expect(await answered([])).toBe('inactive');
});

it('a unit that was started while a list without it was on its way runs', async () => {
	const { units, becomes, answered } = await watched();
	units.take({ kind: 'reloaded' });
	becomes('active');
	expect(await answered([])).toBe('active');
});

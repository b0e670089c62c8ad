import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { ListedUnit } from '../../../src/server/systemd/bus.ts';
import { objectPath } from '../../../src/server/systemd/names.ts';
import { Units } from '../../../src/server/systemd/units.ts';

const UNIT = 'procdeck.shop.test.worker@1.service';
const LISTED: ListedUnit = { unit: UNIT, loadState: 'loaded', activeState: 'active', subState: 'running' };

/** What is known of the worker once it runs, on a bus whose lists of units come when they are told to. */
async function watched() {
	const answers: ((listed: ListedUnit[]) => void)[] = [];
	const list = () => new Promise<ListedUnit[]>((resolve) => answers.push(resolve));
	const properties = async () => ({ ActiveState: 'inactive', SubState: 'dead' });
	let active = '';
	const units = new Units({ list, watch: async () => {}, properties }, 'procdeck.shop.test', ({ state }) => {
		active = state.active;
	});
	await units.know(UNIT);
	const becomes = (ActiveState: string) =>
		units.take({ kind: 'properties', path: objectPath(UNIT), changed: { ActiveState } });
	const answered = async (listed: ListedUnit[]) => {
		answers.shift()?.(listed);
		await nextTurn();
		return active;
	};
	becomes('active');
	return { units, becomes, answered };
}

it('a unit that systemd has forgotten while it read its files is at rest', async () => {
	const { units, answered } = await watched();
	units.take({ kind: 'reloaded' });
	expect(await answered([])).toBe('inactive');
});

it('a unit that was started while a list without it was on its way runs', async () => {
	const { units, becomes, answered } = await watched();
	becomes('inactive');
	units.take({ kind: 'reloaded' });
	becomes('active');
	expect(await answered([])).toBe('active');
	expect(await answered([LISTED])).toBe('active');
});

it('a unit that was started and forgotten while a list was on its way is looked for once more', async () => {
	const { units, becomes, answered } = await watched();
	units.take({ kind: 'reloaded' });
	becomes('deactivating');
	expect(await answered([])).toBe('deactivating');
	expect(await answered([])).toBe('inactive');
});

import { expect, it } from 'vitest';
import { definition } from './definitions.ts';
import { World } from './world.ts';

function running(): World {
	const world = new World([definition('web', {}), definition('worker', {})]);
	world.start({ web: 1, worker: 1 });
	world.pass(60_000);
	return world;
}

const surge = (world: World, on: boolean) => world.apply({ verb: 'surge', type: 'web', on }).rows;
const names = (world: World) => Object.keys(world.pids).sort();

it('runs one instance beyond the wanted ones, until it is taken back', () => {
	const world = running();
	const [row] = surge(world, true);
	expect(row).toMatchObject({ type: 'web', instance: 'web.2', from: 0, to: 1 });
	world.pass(2_000);
	expect(names(world)).toEqual(['web.1', 'web.2', 'worker.1']);
	expect(world.state.formation.wanted).toEqual({ web: 1, worker: 1 });
	surge(world, false);
	world.pass(20_000);
	expect(names(world)).toEqual(['web.1', 'worker.1']);
});

it('goes on through a restart of what is wanted, and ends with the next count', () => {
	const world = running();
	surge(world, true);
	world.pass(2_000);
	const { 'web.1': before, 'web.2': guest } = world.pids;
	const selectors = [{ type: 'web', index: 1 }];
	world.apply({ verb: 'restart', selectors, staleOnly: false, atOnce: false, shell: {} });
	world.pass(20_000);
	expect(world.pids['web.1']).not.toBe(before);
	expect(world.pids['web.2']).toBe(guest);
	world.scale('web', 1);
	world.apply({ verb: 'scale', targets: [{ type: 'web', to: 0, expected: null }] });
	world.pass(20_000);
	expect(names(world)).toEqual(['worker.1']);
});

it('is unchanged where there is nothing beyond', () => {
	expect(surge(running(), false)).toMatchObject([{ outcome: 'unchanged' }]);
});

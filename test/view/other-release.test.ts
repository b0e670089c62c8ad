import { describe, expect, test } from 'vitest';
import type { ServerObservation } from '../../src/model/observed.ts';
import { receive } from '../../src/store/console-store.ts';
import { type Scene, sceneOf } from '../support/console-model.ts';
import { START, scriptedServer } from '../support/scripted-server.ts';

type Release = ServerObservation['release'];

function scene(releases: Readonly<Record<string, Release>>): Scene {
	const servers = Object.keys(releases).map((name) => scriptedServer({ name, counts: { web: 1 } }));
	const made = sceneOf(servers);
	for (const server of servers) {
		const { name } = server.definition;
		const observation = { ...server.observation, kind: 'ssh', release: releases[name] ?? null } as const;
		receive(made.store, name, { kind: 'snapshot', observation }, START);
	}
	return made;
}

const FIRST = { id: 'aaaaaaa-11111111', since: 1_000 };
const SECOND = { id: 'bbbbbbb-22222222', since: 2_000 };

test('what is not as the files say is marked at the name of the server, and what is is not', () => {
	const made = scene({ web1: FIRST, web2: FIRST });
	const drift = ['web: its unit is older than the files'];
	receive(made.store, 'web2', { kind: 'stack', power: 'up', types: [], problems: [], drift }, START);
	const screen = made.screen(160, 24);
	expect(screen).toContain('web2~');
	expect(screen).not.toContain('web1~');
});

describe('servers with other code than that of the latest release', () => {
	test('are marked and told, and those with the latest are not', () => {
		const screen = scene({ web1: SECOND, web2: FIRST, web3: { ...SECOND, since: 1_500 } }).screen(160, 24);
		expect(screen.match(/old code/g)).toHaveLength(1);
		expect(screen).toContain('web2  has the release aaaaaaa-11111111; others have bbbbbbb-22222222');
		expect(screen).toContain('1 to look at');
	});

	test('are also those that went back to an earlier one, as what was switched to last counts', () => {
		const screen = scene({ web1: { ...FIRST, since: 3_000 }, web2: SECOND }).screen(160, 24);
		expect(screen).toContain('web2  has the release bbbbbbb-22222222; others have aaaaaaa-11111111');
	});

	test('are also those whose code is in no release', () => {
		const screen = scene({ web1: SECOND, web2: null }).screen(160, 24);
		expect(screen).toContain('web2  its code is in no release; others have bbbbbbb-22222222');
	});

	test('are none where all have the same, or nobody has one', () => {
		for (const releases of [
			{ web1: FIRST, web2: { ...FIRST, since: 9_000 } },
			{ web1: null, web2: null },
		])
			expect(scene(releases).screen(160, 24)).toContain('all well');
	});

	test('are marked in the list, too', () => {
		const list = scene({ web1: SECOND, web2: FIRST }).screen(160, 24, { arrangement: 'list' });
		expect(list).toMatch(/web2 +old code/);
		expect(list).not.toMatch(/web1 +old code/);
	});
});

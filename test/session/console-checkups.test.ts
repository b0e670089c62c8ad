import { afterEach, describe, expect, it } from 'vitest';
import type { Found } from '../../src/model/finding.ts';
import { type Checkups, createCheckups, withCheckups } from '../../src/session/console-checkups.ts';
import type { VerbPage } from '../../src/session/console-verbs.ts';
import { setPending } from '../../src/store/console-store.ts';
import { serverNamed } from '../../src/store/selectors.ts';
import { sceneOf } from '../support/console-model.ts';
import { type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';
import { waitFor } from '../support/wait-for.ts';

const opened: Checkups[] = [];
afterEach(() => {
	for (const each of opened.splice(0)) each.stop();
});

const WARNING: Found = { check: 'clock', severity: 'warning', message: 'off', fix: 'set it' };
const ERROR: Found = { check: 'commands', severity: 'error', message: 'not there', fix: 'install it' };
const FINE: Found = { check: 'code', severity: 'fine', message: 'there', fix: null };

interface Patient {
	readonly server: ScriptedServer;
	/** How often it was looked at. */
	looks(): number;
}

function patient(name: string, during: () => void = () => {}): Patient {
	let looks = 0;
	const server: ScriptedServer = {
		...scriptedServer({ counts: { web: 1 }, name }),
		async examine() {
			looks += 1;
			during();
			return [WARNING, FINE, ERROR];
		},
	};
	return { server, looks: () => looks };
}

function checkupsOf(patients: readonly Patient[], everyMs = 1e9) {
	const servers = new Map(patients.map(({ server }) => [server.definition.name, server] as const));
	const { store } = sceneOf([...servers.values()]);
	const checkups = createCheckups({ servers, store, times: { pauseMs: 1, everyMs } });
	opened.push(checkups);
	const findings = (name: string) => serverNamed(store.getState(), name)?.findings ?? [];
	return { store, servers, checkups, findings };
}

describe('a console looks at its servers', () => {
	it('once each when they are there, one at a time, and keeps what is not fine, the worst first', async () => {
		let [atOnce, most] = [0, 0];
		const during = () => {
			atOnce += 1;
			most = Math.max(most, atOnce);
			queueMicrotask(() => {
				atOnce -= 1;
			});
		};
		const patients = [patient('web1', during), patient('web2', during)];
		const { checkups, findings } = checkupsOf(patients);
		for (const name of ['web1', 'web2', 'web1']) checkups.connected(name);
		await waitFor(() => findings('web2').length > 0, 'the last one');
		expect(findings('web1')).toEqual([ERROR, WARNING]);
		checkups.connected('web1');
		checkups.again();
		await waitFor(() => patients.every(({ looks }) => looks() === 2), 'the second look');
		expect(most).toBe(1);
	});

	it('not again when they come back soon', async () => {
		const [first, second] = [patient('web1'), patient('web2')];
		const { checkups, findings } = checkupsOf([first, second]);
		checkups.connected('web1');
		await waitFor(() => findings('web1').length > 0, 'the first look');
		checkups.connected('web1');
		checkups.connected('web2');
		await waitFor(() => findings('web2').length > 0, 'the other one');
		expect(first.looks()).toBe(1);
	});

	it('anew when the look was cut off', async () => {
		const cutOff: Found = { check: 'examination', severity: 'fatal', message: 'lost', fix: null };
		const { server, looks } = patient('web1');
		const isCut = { now: true };
		const examine = async () => {
			await server.examine();
			return isCut.now ? [cutOff] : [WARNING];
		};
		const { checkups, findings } = checkupsOf([{ server: { ...server, examine }, looks }]);
		checkups.connected('web1');
		await waitFor(() => looks() === 1, 'the look that was cut off');
		isCut.now = false;
		checkups.connected('web1');
		await waitFor(() => findings('web1').length > 0, 'the look after that');
		expect(findings('web1')).toEqual([WARNING]);
	});

	it('again when what was found is old', async () => {
		const { server, looks } = patient('web1');
		const { checkups } = checkupsOf([{ server, looks }], 1);
		checkups.connected('web1');
		await waitFor(() => looks() >= 3, 'more looks');
	});

	it('not while something is being changed', async () => {
		const { server, looks } = patient('web1');
		const { store, checkups } = checkupsOf([{ server, looks }]);
		setPending(store, 'web1', 'web', 2);
		checkups.connected('web1');
		const other = patient('web2');
		const quiet = checkupsOf([other]);
		quiet.checkups.connected('web2');
		await waitFor(() => quiet.findings('web2').length > 0, 'a console without changes');
		expect(looks()).toBe(0);
		setPending(store, 'web1', 'web', null);
		await waitFor(() => looks() === 1, 'the look after it');
	});

	it('after its doctor verb, which may have mended something, and after no other', async () => {
		const { server, looks } = patient('web1');
		const { checkups } = checkupsOf([{ server, looks }]);
		const ran: string[] = [];
		const page = { run: async (words: readonly string[]) => void ran.push(words.join(' ')) };
		const { run } = withCheckups(page as unknown as VerbPage, checkups);
		await run(['ps']);
		await run(['doctor', '--fix']);
		await waitFor(() => looks() === 1, 'a look');
		expect(ran).toEqual(['ps', 'doctor --fix']);
	});
});

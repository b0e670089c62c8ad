import { describe, expect, test } from 'vitest';
import type { Found } from '../../src/model/finding.ts';
import { receive, receiveFindings } from '../../src/store/console-store.ts';
import { press } from '../../src/view/dispatch.ts';
import { FIRST_UI } from '../../src/view/ui.ts';
import { type Scene, sceneOf } from '../support/console-model.ts';
import { START, scriptedServer } from '../support/scripted-server.ts';

const found = (check: string, severity: Found['severity']): Found => ({
	check,
	severity,
	message: `what is wrong with ${check}`,
	fix: `mend ${check}`,
});

function scene(...findings: readonly Found[]): Scene {
	const servers = ['web1', 'web2'].map((name) => scriptedServer({ name, counts: { web: 1 } }));
	const made = sceneOf(servers);
	receiveFindings(made.store, 'web2', findings);
	return made;
}

describe('what the doctor found of a server', () => {
	test('is marked at its name, and told with its mend', () => {
		const screen = scene(found('commands', 'error'), found('clock', 'warning')).screen(160, 24);
		expect(screen).toContain('● web2!');
		expect(screen).not.toContain('web1!');
		expect(screen).toContain('! 1 wrong');
		expect(screen).toMatch(/web2 {2}commands: what is wrong with commands; 1 more by :doctor/);
		expect(screen).toContain('mend commands');
	});

	test('is worth a look where it is but a warning', () => {
		const screen = scene(found('clock', 'warning')).screen(120, 24);
		expect(screen).toContain('● web2!');
		expect(screen).toContain('1 to look at');
	});

	test('is not told where somebody has decided it so', () => {
		expect(scene(found('run user', 'warning')).screen(120, 24)).toContain('all well');
		expect(scene(found('run user', 'fatal')).screen(120, 24)).toContain('! 1 wrong');
	});

	test('is marked in the list of servers, too', () => {
		const list = scene(found('commands', 'error')).screen(120, 24, { arrangement: 'list' });
		expect(list).toMatch(/● web2! /);
		expect(list).toMatch(/● web1 {2}/);
	});

	test('is where ! goes', () => {
		const made = scene(found('commands', 'error'));
		const { ui } = press({ model: made.model(), ui: FIRST_UI, width: 120, height: 24 }, '!');
		expect(ui).toMatchObject({ server: 'web2', instance: null });
	});

	test('is not told twice where the console tells it anyway, nor while the server is out of reach', () => {
		const made = scene(found('drift', 'error'), found('journal', 'error'));
		expect(made.screen(120, 24)).toContain('all well');
		const lost = scene(found('commands', 'error'));
		const event = { kind: 'connection', connection: 'unreachable', reason: 'gone' } as const;
		receive(lost.store, 'web2', event, START);
		expect(lost.screen(120, 24)).not.toMatch(/commands|web2!/);
	});
});

import { describe, expect, it } from 'vitest';
import { unpainted } from '../../../src/commands/output/paint.ts';
import type { ServerReport } from '../../../src/commands/output/ps-json.ts';
import { psText } from '../../../src/commands/output/ps-text.ts';
import { unreachable } from '../../../src/commands/output/unreachable.ts';
import type { ServerObservation } from '../../../src/model/observed.ts';
import { definition, instance, START, scriptedServer, typeEntry } from '../../support/scripted-server.ts';

const STACK = { name: 'shop', environment: 'production' };

function report(changed: Partial<ServerObservation>, stats: ServerReport['stats'] = {}): ServerReport {
	return { observation: { ...scriptedServer({ counts: {} }).observation, ...changed }, stats, reason: null };
}

const HERE = { directory: '.', procfile: null, environment: null };

function text(...reports: ServerReport[]): string {
	return fitted(null, ...reports);
}

function fitted(width: number | null, ...reports: ServerReport[]): string {
	return psText(STACK, reports, START, { paint: unpainted, width, aim: HERE });
}

describe('psText', () => {
	it('has a row per instance, aligned', () => {
		const lastExit = { code: 1, signal: null, at: new Date(START - 5000).toISOString() };
		const shown = report(
			{
				types: [typeEntry('web', 2)],
				instances: [
					instance('web', 1),
					instance('web', 2, {
						state: 'backoff',
						pid: null,
						restarts: 12,
						lastExit,
						nextStartAt: new Date(START + 7200).toISOString(),
					}),
				],
			},
			{ 'web.1': { cpuPercent: 12.3, memoryBytes: 292 * 1024 ** 2 } },
		);
		expect(text(shown).split('\n')).toEqual(
			[
				'shop (production)  1 of 2 running',
				'INSTANCE  STATE              PID   PORT     UP  CPU   MEM  RESTARTS  LAST EXIT',
				'web.1     running           4101   5001  1h 0m  12%  292M         0  -',
				'web.2     backoff, next in 8s     -  5002      -    -     -        12  exit 1, 5s ago',
			].map((line) =>
				expect.stringMatching(new RegExp(`^${line.replace(/[()]/g, '\\$&').replace(/ +/g, ' +')}$`)),
			),
		);
	});

	it('says what is stale, an orphan, held, paused or not wanted', () => {
		const shown = text(
			report({
				types: [
					typeEntry('web', 1),
					typeEntry('old', 1, { orphan: true }),
					typeEntry('held', 1, { stopped: true }),
					typeEntry('one', 2),
					typeEntry('resting', 0, { paused: 3 }),
					typeEntry('none', 0),
				],
				instances: [
					instance('web', 1, { stale: true }),
					instance('old', 1),
					instance('held', 1, { state: 'stopped', pid: null }),
					instance('one', 1, { state: 'stopped', pid: null, held: true }),
					instance('one', 2),
				],
			}),
		);
		expect(shown).toMatch(/^web\.1 .* stale/m);
		expect(shown).toMatch(/^old\.1 .* orphan/m);
		expect(shown).toMatch(/^held\.1 +stopped .* held by stop/m);
		expect(shown).toMatch(/^one\.1 +stopped .* held by stop/m);
		expect(shown).not.toMatch(/^one\.2 .* held/m);
		expect(shown).toMatch(/^resting +paused \(3 kept\)$/m);
		expect(shown).toMatch(/^none +none wanted$/m);
	});

	it('shows problems of the files without their escapes', () => {
		const problems = [{ file: 'Procfile', line: 3, message: 'two \x1b[2Jentries' }];
		expect(text(report({ problems }))).toContain('Procfile:3: two entries (the last good version is in use)');
	});

	it('tells a problem once, however many servers tell it', () => {
		const problems = [{ file: 'procdeck.yml', line: 2, message: 'not valid YAML' }];
		const shown = text(report({ name: 'a', problems }), report({ name: 'b', problems }));
		expect(shown.match(/not valid YAML/g)).toHaveLength(1);
	});

	it.each([100, 80, 60, 40, 20])('has no line longer than %d cells', (width) => {
		const lastExit = { code: null, signal: 'SIGKILL', at: new Date(START - 5000).toISOString() };
		const message = 'processes.web.rolling must be a whole number, 1 or more (it is "many")';
		const shown = report({
			problems: [{ file: 'procdeck.yml', line: 3, message }],
			types: [typeEntry('web', 1, { orphan: true }), typeEntry('none', 0)],
			instances: [instance('web', 1, { stale: true, lastExit, state: 'backoff' })],
		});
		const lines = fitted(width, shown).split('\n').slice(1);
		expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
		expect(lines.join(' ')).toContain('1 or more (it is "many")');
		expect(fitted(null, shown)).toContain('orphan (not in the Procfile)');
	});

	it('says what to do where nothing was wanted yet', () => {
		const types = [typeEntry('web', 0)];
		expect(text(report({ name: 'a', power: 'never', types }))).toContain(
			'\nnothing was wanted here yet: procdeck scale TYPE=1',
		);
	});

	it('shows servers one after the other, unreachable ones too', () => {
		const shown = text(report({ name: 'a', power: 'never' }), unreachable(definition('b'), 'no answer'));
		expect(shown).toContain('\na\nnot started: procdeck start');
		expect(shown).toContain('\nb\nunreachable: no answer');
	});

	it('says why an instance could not be started, without escapes', () => {
		const at = new Date(START).toISOString();
		const lastExit = { code: null, signal: null, at, reason: 'no such \x1b[2Jfolder' };
		const types = [typeEntry('web', 1)];
		expect(text(report({ types, instances: [instance('web', 1, { lastExit })] }))).toContain(
			'no such folder, 0s ago',
		);
	});

	it('says that an exit was not seen', () => {
		const lastExit = { code: null, signal: null, at: new Date(START).toISOString() };
		const types = [typeEntry('web', 1)];
		expect(text(report({ types, instances: [instance('web', 1, { lastExit })] }))).toContain(
			'exit not seen, 0s ago',
		);
	});
});

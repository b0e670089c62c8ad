import { describe, expect, it } from 'vitest';
import { inOrder } from '../../../src/model/mend.ts';
import { startsText } from '../../../src/server/checks/boot.ts';
import { commandsFinding, programsToLookUp } from '../../../src/server/checks/commands.ts';
import { type MemoryUse, memoryFinding } from '../../../src/server/checks/memory.ts';
import { portsFinding } from '../../../src/server/checks/ports.ts';
import { variablesFinding } from '../../../src/server/checks/variables.ts';
import { stackOf } from '../../support/console-model.ts';

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;

function stackWith(commands: Readonly<Record<string, string>>) {
	const stack = stackOf([], Object.keys(commands));
	return {
		...stack,
		processTypes: stack.processTypes.map((type) => ({ ...type, command: commands[type.name]! })),
	};
}

describe('memory', () => {
	const machine = { total: 4 * GIBIBYTE, available: 2 * GIBIBYTE };
	const use = (changed: Partial<MemoryUse>): MemoryUse => ({
		type: 'worker',
		wanted: 2,
		running: 2,
		residentBytes: 400 * MEBIBYTE,
		memoryMax: null,
		...changed,
	});

	it.each<[string, Partial<MemoryUse>, object]>([
		[
			'fits',
			{},
			{ severity: 'fine', message: '2.0 GiB of 4.0 GiB are left, the wanted instances take 400 MiB' },
		],
		[
			'is not known while none runs',
			{ running: 0, residentBytes: 0 },
			{ severity: 'fine', message: '2.0 GiB of 4.0 GiB are left; of worker none runs to go by' },
		],
		[
			'is beyond what is left',
			{ wanted: 14, running: 2 },
			{ severity: 'error', message: expect.stringContaining('takes 2.3 GiB more, and 2.0 GiB of 4.0 GiB') },
		],
		[
			'is beyond what there is',
			{ wanted: 40 },
			{ severity: 'error', message: 'the wanted instances take 7.8 GiB, and the server has 4.0 GiB' },
		],
		[
			'may be beyond what there is',
			{ memoryMax: 3 * GIBIBYTE },
			{ severity: 'warning', message: expect.stringContaining('may take 6.0 GiB') },
		],
		[
			'goes by the limit while none runs',
			{ wanted: 1, running: 0, residentBytes: 0, memoryMax: 3 * GIBIBYTE },
			{ severity: 'error', message: expect.stringContaining('takes 3.0 GiB more') },
		],
	])('%s', (_, changed, finding) => {
		expect(memoryFinding(machine, [use(changed)])).toMatchObject(finding);
	});

	it('is short where next to nothing is left', () => {
		expect(memoryFinding({ total: 4 * GIBIBYTE, available: 50 * MEBIBYTE }, [])).toMatchObject({
			severity: 'warning',
			message: '50 MiB of 4.0 GiB are left',
		});
	});
});

describe('variables', () => {
	it('are those that nobody sets on the server', () => {
		const stack = {
			...stackWith({
				web: 'run $PORT $HOME $LANG $DB',
				worker: 'run ${N:-1} $RAILS_ENV $A $B',
				mail: 'A=1 run $A',
			}),
			environmentVariables: { DB: 'x' },
		};
		expect(variablesFinding(stack, { name: 'web1' }, new Set(), ['LANG'])).toMatchObject({
			severity: 'warning',
			message: 'nobody sets what commands use: worker uses $A and $B',
		});
		expect(variablesFinding(stack, { name: 'web1' }, new Set(), ['A', 'B'])).toMatchObject({
			message: expect.stringContaining('web uses $LANG'),
		});
		expect(variablesFinding(stack, { name: 'web1' }, new Set(), ['A', 'B', 'LANG']).severity).toBe('fine');
		expect(variablesFinding(stack, { name: 'web1' }, new Set(['mail']), []).severity).toBe('fine');
	});
});

describe('commands', () => {
	const stack = {
		...stackWith({ web: 'bundle exec puma', worker: 'node a.js' }),
		release: { command: 'bundle exec rake db:migrate', line: 3 },
		shell: 'bash',
	};

	it('are looked up once each, the shell among them', () => {
		expect(programsToLookUp(stack)).toEqual(['bash', 'bundle', 'node']);
	});

	it('are told by who needs them', () => {
		const found = (wanted: readonly string[], absent: readonly string[] | null) =>
			commandsFinding(stack, new Set(wanted), absent);
		expect(found(['web', 'worker'], ['bundle'])).toMatchObject({
			severity: 'error',
			message: 'not there: web needs bundle',
		});
		expect(found(['worker'], ['bundle'])).toMatchObject({
			severity: 'fine',
			message: expect.stringContaining('not there for the rest: web needs bundle; release needs bundle'),
		});
		expect(found([], ['bundle'])).toMatchObject({
			severity: 'warning',
			message: 'not there: web needs bundle; release needs bundle',
		});
		expect(found(['web'], ['bash'])).toMatchObject({
			severity: 'error',
			message: 'not there: all need bash',
		});
		expect(found(['web'], []).severity).toBe('fine');
		expect(found(['web'], null)).toMatchObject({
			severity: 'fine',
			message: expect.stringContaining('not looked for'),
		});
	});
});

it('ports that nobody could look at are no taken ones', () => {
	expect(portsFinding('there is no ss')).toMatchObject({
		severity: 'fine',
		message: 'not looked at: there is no ss',
	});
});

it('a boot starts what is wanted, in few words', () => {
	expect(startsText([])).toBe('nothing');
	expect(
		startsText([
			{ type: 'web', indexes: [1, 2, 3, 7], not: null },
			{ type: 'worker', indexes: [1, 2, 3, 4], not: null },
			{ type: 'mail', indexes: [], not: 'paused' },
			{ type: 'none', indexes: [], not: null },
		]),
	).toBe('web.1, web.2, web.3, web.7, worker.1 to 4; not: mail (paused)');
});

it('what several findings ask for is done once, and first what others need', () => {
	const lingering = { kind: 'lingering', user: 'app' } as const;
	const user = { kind: 'user', user: 'app' } as const;
	expect(inOrder([{ kind: 'sync' }, lingering, user, lingering])).toEqual([
		user,
		lingering,
		{ kind: 'sync' },
	]);
});

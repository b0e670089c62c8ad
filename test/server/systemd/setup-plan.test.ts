import { describe, expect, it } from 'vitest';
import { loadStack } from '../../../src/files/load-stack.ts';
import type { Stack } from '../../../src/model/stack.ts';
import {
	desiredFiles,
	environmentToWrite,
	filesToWrite,
	hasEnvironment,
	recordFile,
} from '../../../src/server/systemd/desired-files.ts';
import { layoutOf } from '../../../src/server/systemd/layout.ts';
import { type FilesOnServer, parseFiles } from '../../../src/server/systemd/read-files.ts';
import { planSetup } from '../../../src/server/systemd/setup-plan.ts';
import type { SetupWork } from '../../../src/server/systemd/setup-work.ts';
import type { Stray } from '../../../src/server/systemd/stray-files.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const NOW = 1_795_400_000_000;
const PROCFILE = 'web: run web\nworker: run worker\n';
const UNITS = '/etc/systemd/system/procdeck.shop.production';

async function stackOf(procfile = PROCFILE, env = 'A=one\n'): Promise<Stack> {
	const files = {
		Procfile: procfile,
		'.env': env,
		'procdeck.yml': 'stack: shop\nenvironment: production\nservers: { web1: { host: web1.example } }\n',
	};
	return loadStack({ directory: await tempFolder(files), procfile: null, environment: null });
}

function contextOf(stack: Stack) {
	const layout = layoutOf(stack, 'system', { home: '/root', uid: 0 });
	return { stack, definition: stack.servers[0]!, layout, systemdVersion: 252, loginUser: 'deploy' };
}

interface OnServer {
	readonly texts: Record<string, string>;
	readonly links: readonly string[];
	readonly stray: Stray;
}

/** A server on which everything is as the stack wants it, with a worker. */
function wholeServer(stack: Stack): OnServer {
	const context = contextOf(stack);
	const empty = parseFiles(context.layout, 'end .\n');
	const desired = desiredFiles(context, empty);
	const { files, record } = filesToWrite(desired, empty, desired.types, NOW, { withEnvironment: true });
	const written = [...files, recordFile(context.layout, record)];
	const texts = Object.fromEntries(written.map(({ path, text }) => [path, text]));
	const { [desired.environment.path]: environment = '', ...readable } = texts;
	return {
		texts: readable,
		links: ['worker@1'],
		stray: { dropIns: [], environment, active: { worker: [1] } },
	};
}

/** A file as the listing of a server has it. */
function printed(path: string, text: string): string {
	return text.replace(/.*\n/g, (line) => `${path}:${line}`);
}

function filesOf(stack: Stack, { texts, links }: OnServer): FilesOnServer {
	const { layout } = contextOf(stack);
	const files = Object.entries(texts).map(([path, text]) => printed(path, text));
	const wants = links.map((unit) => `link ${UNITS}.target.wants/procdeck.shop.production.${unit}.service\n`);
	return parseFiles(layout, [...files, ...wants, 'boot multi-user.target\n', 'end .\n'].join(''));
}

function planFor(stack: Stack, on: OnServer): SetupWork {
	return planSetup(contextOf(stack), { on: filesOf(stack, on), stray: on.stray }, NOW + 1);
}

const said = ({ items }: SetupWork) =>
	items.map(({ type, what, action }) => `${action} ${type === null ? '' : `${type}: `}${what}`);
const paths = ({ files }: SetupWork) => files.map(({ path }) => path).sort();

describe('what is to be done on a server', () => {
	it('is everything where nothing was ever set up', async () => {
		const stack = await stackOf();
		const nothing = { dropIns: [], environment: null, active: {} };
		const { layout } = contextOf(stack);
		const work = planSetup(contextOf(stack), { on: parseFiles(layout, 'end .\n'), stray: nothing }, NOW);
		expect(work.isSetUp).toBe(false);
		expect(said(work)).toEqual([
			'write web: it has no unit there yet',
			'write worker: it has no unit there yet',
			'write what all types share is not there',
			'write the environment is not there',
		]);
		expect(paths(work)).toEqual([
			'/etc/procdeck/shop.production/environment',
			'/etc/procdeck/shop.production/run/web',
			'/etc/procdeck/shop.production/run/worker',
			'/etc/procdeck/shop.production/stack.json',
			'/etc/procdeck/shop.production/stop-steps',
			`${UNITS}.target`,
			`${UNITS}.web@.service`,
			`${UNITS}.worker@.service`,
		]);
	});

	it('is nothing where all is as it should be', async () => {
		const stack = await stackOf();
		expect(planFor(stack, wholeServer(stack))).toEqual({
			isSetUp: true,
			items: [],
			files: [],
			removed: [],
			enable: [],
			disable: [],
		});
	});

	it('is to write a unit that was changed by hand, and says how it was', async () => {
		const stack = await stackOf();
		const on = wholeServer(stack);
		const path = `${UNITS}.web@.service`;
		on.texts[path] = on.texts[path]!.replace('RestartSec=1', 'RestartSec=9');
		const work = planFor(stack, on);
		expect(said(work)).toEqual(['write web: its unit was changed by hand']);
		expect(paths(work)).toEqual([path]);
		expect(work.items[0]!.diff).toEqual(
			expect.arrayContaining([`--- ${path}`, '-RestartSec=9', '+RestartSec=1']),
		);
	});

	it('tells an older unit from one that was changed by hand, and hides passwords in what it shows', async () => {
		const on = wholeServer(await stackOf());
		const stack = await stackOf('web: run --db postgres://me:hunter2@db\nworker: run worker\n');
		const work = planFor(stack, on);
		expect(said(work)).toEqual(['write web: its unit is older than the files']);
		expect(JSON.stringify(work.items)).not.toContain('hunter2');
		expect(work.items[0]!.diff.join('\n')).toContain('postgres://me:***@db');
	});

	it('is to write what is missing', async () => {
		const stack = await stackOf();
		const on = wholeServer(stack);
		delete on.texts[`${UNITS}.worker@.service`];
		delete on.texts['/etc/procdeck/shop.production/run/web'];
		delete on.texts['/etc/procdeck/shop.production/stop-steps'];
		expect(said(planFor(stack, on))).toEqual([
			'write web: its run script is missing',
			'write worker: it is wanted, but its unit is missing',
			'write what all types share is not there',
		]);
	});

	it('names the variables that differ, and never their values', async () => {
		const on = wholeServer(await stackOf(PROCFILE, 'A=one\nOLD=secret1\n'));
		const work = planFor(await stackOf(PROCFILE, 'A=two"secret2\nNEW=secret3\n'), on);
		expect(said(work)).toEqual(['write the environment differs']);
		expect(work.items[0]!.diff).toEqual(['-A=***', '+A=***', '-OLD=***', '+NEW=***']);
		expect(paths(work)).toEqual([
			'/etc/procdeck/shop.production/environment',
			'/etc/procdeck/shop.production/stack.json',
		]);
	});

	it('is to write an environment that was changed by hand, though it was noted as right', async () => {
		const stack = await stackOf();
		const on = wholeServer(stack);
		const environment = on.stray.environment!.replace('one', 'two');
		const work = planFor(stack, { ...on, stray: { ...on.stray, environment } });
		expect(said(work)).toEqual(['write the environment differs']);
		// What runs may have either.
		const { record } = parseFiles(
			contextOf(stack).layout,
			`${printed(work.files.at(-1)!.path, work.files.at(-1)!.text)}end .\n`,
		);
		expect(record?.environment.changedAt).toBe(NOW + 1);
	});

	it('is to write a damaged record', async () => {
		const stack = await stackOf();
		const on = wholeServer(stack);
		on.texts['/etc/procdeck/shop.production/stack.json'] = '{"version":\n';
		const work = planFor(stack, on);
		expect(paths(work)).toContain('/etc/procdeck/shop.production/stack.json');
		expect(said(work)).toEqual(['write what is noted of the stack is missing or damaged']);
	});
});

describe('a type that has left the Procfile', () => {
	const LEFT = 'web: run web\n';

	it('is removed when nothing of it is left', async () => {
		const on = { ...wholeServer(await stackOf()), links: [] };
		const work = planFor(await stackOf(LEFT), { ...on, stray: { ...on.stray, active: {} } });
		expect(said(work)).toEqual(['remove worker: it has left the Procfile']);
		expect(work.removed).toEqual([`${UNITS}.worker@.service`, '/etc/procdeck/shop.production/run/worker']);
		expect(work.files.map(({ text }) => text).join()).not.toContain('worker');
	});

	it.each([
		['it runs', ['worker@1'], { worker: [1, 2] }, '2 of it still run'],
		['it is wanted', ['worker@1'], {}, '1 of it are still wanted'],
	])('stays while %s', async (_, links, active, why) => {
		const on = wholeServer(await stackOf());
		const work = planFor(await stackOf(LEFT), { ...on, links, stray: { ...on.stray, active } });
		expect(work.removed).toEqual([]);
		expect(said(work).join()).toContain(`nothing worker: it has left the Procfile, but ${why}`);
	});

	it('takes links along whose unit is missing', async () => {
		const on = wholeServer(await stackOf(LEFT));
		const work = planFor(await stackOf(LEFT), { ...on, stray: { ...on.stray, active: {} } });
		expect(work.removed).toEqual([`${UNITS}.target.wants/procdeck.shop.production.worker@1.service`]);
	});
});

describe('enabled instances', () => {
	it('are numbered from 1 again where there is a gap', async () => {
		const stack = await stackOf();
		const work = planFor(stack, { ...wholeServer(stack), links: ['worker@2', 'worker@5'] });
		expect(said(work)).toEqual(['renumber worker: the enabled instances are 2, 5, not 1 to 2']);
		expect(work).toMatchObject({
			enable: ['procdeck.shop.production.worker@1.service'],
			disable: ['procdeck.shop.production.worker@5.service'],
		});
	});
});

describe('a drop-in', () => {
	it('is shown without the values of its variables, and removed', async () => {
		const stack = await stackOf();
		const on = wholeServer(stack);
		const path = `${UNITS}.web@.service.d/10 mine.conf`;
		const text = '[Service]\nEnvironment=A=hunter1 \\\n  B=hunter2\nMemoryMax=5M\n';
		const work = planFor(stack, { ...on, stray: { ...on.stray, dropIns: [{ path, text }] } });
		expect(work.removed).toEqual([path]);
		expect(work.items).toMatchObject([{ type: 'web', action: 'remove', paths: [path] }]);
		expect(work.items[0]!.diff).toEqual([`--- ${path}`, '-[Service]', '-Environment=***', '-MemoryMax=5M']);
	});
});

it('the environment alone is one file, and what is noted of the types stays', async () => {
	const before = await stackOf();
	const files = filesOf(before, wholeServer(before));
	const desired = desiredFiles(
		contextOf(await stackOf('web: run other\nworker: run worker\n', 'A=two\n')),
		files,
	);
	const { files: written, record } = environmentToWrite(desired, files.record!, NOW + 1);
	expect(written).toEqual([desired.environment]);
	expect(record).toMatchObject({
		types: files.record!.types,
		paused: {},
		environment: { changedAt: NOW + 1 },
	});
	expect([files.record!, record].map((each) => hasEnvironment(each, desired))).toEqual([false, true]);
});

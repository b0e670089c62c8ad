import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { render } from 'ink-testing-library';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { loadStack } from '../../src/files/load-stack.ts';
import { ProcdeckError } from '../../src/model/errors.ts';
import type { Found } from '../../src/model/finding.ts';
import type { Asker } from '../../src/model/question.ts';
import type { ServerMachine } from '../../src/server/machine.ts';
import { prepareAddition } from '../../src/session/addition/prepare.ts';
import type { OpenAddition } from '../../src/session/console-additions.ts';
import { startConsoleSession } from '../../src/session/console-session.ts';
import { createCommandOutput } from '../../src/store/command-output.ts';
import { createConsoleStore } from '../../src/store/console-store.ts';
import { createLogBuffer } from '../../src/store/log-buffer.ts';
import { createQuestionDesk } from '../../src/store/question-desk.ts';
import { createTick } from '../../src/store/tick.ts';
import { App } from '../../src/view/app.tsx';
import { createController } from '../../src/view/controller.ts';
import { UNICODE } from '../../src/view/presentation/glyphs.ts';
import { themeFor } from '../../src/view/theme.ts';
import { COMMAND_TREE, LITERAL_WAY, NO_ADDITIONS, PROGRAMS, stackOf } from '../support/console-model.ts';
import { type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';
import { poolOf, type StackInMemory, stackInMemory } from '../support/stack-in-memory.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
	for (const cleanup of cleanups.splice(0)) cleanup();
});

interface Deck {
	screen(): string;
	/** What the terminal sends. */
	type(input: string): void;
	/** Waits until the screen has a text. */
	shows(text: string | RegExp): Promise<void>;
	readonly left: Promise<void>;
	/** What connections ask. */
	readonly asker: Asker;
	readonly files: StackInMemory;
}

/** The whole console on a server in memory, drawn by Ink. */
async function open(
	servers: readonly ScriptedServer[],
	environment = 'development',
	openAddition: OpenAddition = NO_ADDITIONS,
): Promise<Deck> {
	const types = ['web', 'worker', 'mailer'];
	const files = stackInMemory(stackOf(servers, types, environment));
	const store = createConsoleStore({
		shell: {},
		stack: files.stack,
		servers: servers.map(({ definition }) => definition.name),
		who: 'mia@laptop',
		readOnly: false,
		now: Date.now(),
	});
	const logs = createLogBuffer();
	const tick = createTick(10);
	const output = createCommandOutput();
	const questions = createQuestionDesk();
	const session = startConsoleSession({
		servers,
		store,
		logs,
		output,
		tick,
		shell: {},
		verbs: PROGRAMS,
		questions,
		openAddition,
		wayTo: LITERAL_WAY,
		watchBalancer: () => () => {},
		balancingOf: async () => null,
		files,
		pool: poolOf(servers),
	});
	const size = { columns: 100, rows: 24 };
	const controller = createController({
		store,
		logs,
		output,
		tick,
		questions,
		commandTree: COMMAND_TREE,
		dispatch: session.dispatch,
		glyphs: UNICODE,
		theme: themeFor({ NO_COLOR: '1' }),
		size,
	});
	const { lastFrame, stdin, unmount } = render(<App controller={controller} />);
	cleanups.push(unmount, controller.stop, session.stop, tick.stop);
	const screen = () => (lastFrame() ?? '').replaceAll(/\x1b\[[\d;]*m/g, '');
	const shows = async (text: string | RegExp) => {
		await waitFor(
			() => (typeof text === 'string' ? screen().includes(text) : text.test(screen())),
			`${text} on the screen`,
		);
	};
	await shows('all well');
	return {
		screen,
		type: (input) => stdin.write(input),
		shows,
		left: session.left,
		asker: questions.asker,
		files,
	};
}

function shop(): ScriptedServer {
	return scriptedServer({ counts: { web: 1, worker: 2, mailer: 1 } });
}

test('keys that come as one input are all pressed', async () => {
	const server = shop();
	const deck = await open([server]);
	deck.type('j+++');
	await deck.shows('worker on local: 2 → 5 done');
	expect(server.applied).toHaveLength(1);
	expect(deck.screen()).toMatch(/>worker +> +5\/5/);
});

test('the count is shown as wanted at once, and as running when it runs', async () => {
	const server = scriptedServer({ counts: { web: 1, worker: 2 }, newState: 'starting' });
	const deck = await open([server]);
	deck.type('j+');
	await deck.shows('2→3');
	await deck.shows('1 changing');
	server.setInstance('worker.3', { state: 'running' });
	await deck.shows('3/3');
});

test('= asks how many', async () => {
	const server = shop();
	const deck = await open([server]);
	deck.type('j=');
	await deck.shows('how many _');
	deck.type('99\r');
	await deck.shows('at most 20');
	deck.type('\x154\r');
	await deck.shows('worker on local: 2 → 4 done');
});

test(': takes a command, says what is wrong with it, and keeps it to be corrected', async () => {
	const server = shop();
	const deck = await open([server]);
	deck.type(':scale workr=3\r');
	await deck.shows('did you mean worker?');
	deck.type('\x15scale worker=3\r');
	await deck.shows('worker on local: 2 → 3 done');
});

test('the last one is planned; Esc leaves it, y does it', async () => {
	const server = shop();
	const deck = await open([server]);
	deck.type('-');
	await deck.shows('procdeck scale web=0');
	deck.type('\x1b');
	await deck.shows('web on local');
	expect(server.applied).toEqual([]);
	deck.type('-');
	await deck.shows('same as');
	deck.type('y');
	await deck.shows('none wanted; + starts one');
});

test('a crash loop is one key away: ! and Enter', async () => {
	const server = shop();
	const deck = await open([server]);
	server.setInstance('mailer.1', {
		state: 'backoff',
		pid: null,
		restarts: 3,
		nextStartAt: new Date(Date.now() + 60_000).toISOString(),
		lastExit: { code: 1, signal: null, at: new Date().toISOString() },
	});
	server.writeLog('mailer.1', 'LoadError: no mail_gateway\n');
	await deck.shows('! 1 wrong');
	deck.type('!');
	await deck.shows('  >↻ mailer.1');
	deck.type('\r');
	await deck.shows('crash loop');
	await deck.shows('┃ LoadError: no mail_gateway');
	deck.type('r');
	await deck.shows('all well');
});

test('the log really pauses, is searched, and follows again', async () => {
	const server = shop();
	const deck = await open([server]);
	for (let job = 1; job <= 30; job += 1) server.writeLog('worker.1', `job ${job}\n`);
	deck.type('jl');
	await deck.shows('job 30');
	deck.type(' ');
	await deck.shows('PAUSED');
	server.writeLog('worker.1', 'job 31\n');
	await deck.shows('1 new');
	expect(deck.screen()).not.toContain('job 31');
	deck.type('/job 12\r');
	await deck.shows('1 of 1 matches');
	deck.type('G');
	await deck.shows('job 31');
	await deck.shows('following');
});

test('only lines with a text', async () => {
	const server = shop();
	const deck = await open([server]);
	server.writeLog('worker.1', 'good one\nbad one\ngood two\n');
	deck.type('jl');
	await deck.shows('bad one');
	deck.type('fgood\r');
	await deck.shows('only lines with good');
	expect(deck.screen()).not.toContain('bad one');
});

test('escapes of logs never reach the terminal', async () => {
	const server = shop();
	const deck = await open([server]);
	server.writeLog('web.1', 'x\x1b]0;title\x07\x1b[2Jy\x1b[31mred\x1b[0m\n');
	await deck.shows('xyred');
	expect(deck.screen()).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
});

test('a paste presses no keys, but goes into what is typed', async () => {
	const server = shop();
	const deck = await open([server]);
	deck.type('\x1b[200~+++q\x1b[201~');
	await deck.shows('only taken where a line is typed');
	deck.type(':');
	await deck.shows(' :_');
	deck.type('\x1b[200~scale web=2\n\x1b[201~');
	await deck.shows(':scale web=2_');
	expect(server.applied).toEqual([]);
});

test('/ filters the types while it is typed', async () => {
	const deck = await open([shop()]);
	deck.type('/mai');
	await deck.shows('>mailer');
	expect(deck.screen()).not.toContain(' worker ');
	deck.type('\x1b');
	await deck.shows(' worker ');
});

test('a filter that was taken outlives a cancelled prompt, and Esc on the deck ends it', async () => {
	const deck = await open([shop()]);
	deck.type('/mai\r');
	await deck.shows('2 hidden');
	deck.type('/x');
	await deck.shows('no process type has maix');
	deck.type('\x1b');
	await deck.shows('2 hidden');
	deck.type('\x1b');
	await deck.shows(' worker ');
});

test('Esc followed at once by an arrow is both', async () => {
	const deck = await open([shop()]);
	deck.type('/');
	await deck.shows(' /_');
	deck.type('\x1b\x1b[B');
	await deck.shows('>worker');
	expect(deck.screen()).not.toContain(' /_');
});

test('i leaves a pause as it is', async () => {
	const server = shop();
	const deck = await open([server]);
	server.writeLog('worker.1', 'job 1\n');
	deck.type('jl');
	await deck.shows('job 1');
	deck.type(' i');
	await deck.shows('paused; G follows again, then i');
	expect(deck.screen()).toContain('PAUSED');
});

test('a stop of several types has Cancel focused', async () => {
	const server = shop();
	const deck = await open([server]);
	deck.type(':stop\r');
	await deck.shows('> Cancel <');
	deck.type('\r');
	await deck.shows('web on local');
	expect(server.applied).toEqual([]);
});

test('q leaves', async () => {
	const deck = await open([shop()]);
	deck.type('q');
	await deck.left;
});

describe('what a connection asks', () => {
	const KEY = {
		host: '[web1]:2222',
		keyType: 'ssh-ed25519',
		fingerprint: 'SHA256:abc',
		knownHosts: '~/.ssh/known_hosts',
	};

	test('a host key is a sheet with No focused, one question after another', async () => {
		const deck = await open([shop()]);
		const answers = ['one', 'two', 'three'].map((host) => deck.asker.trust({ ...KEY, host }));
		await deck.shows('Unknown host key of one');
		await deck.shows('> No <');
		await deck.shows('1 of 3');
		await deck.shows('SHA256:abc');
		deck.type('\r');
		await deck.shows('Unknown host key of two');
		deck.type('y');
		await deck.shows('Unknown host key of three');
		deck.type('\t\r');
		await deck.shows('web on local');
		expect(await Promise.all(answers)).toEqual([false, true, true]);
	});

	test('a password is typed without being seen; Esc gives none', async () => {
		const deck = await open([shop()]);
		const password = deck.asker.answer('Password of deploy@web1\x1b]0;title\x07', false);
		await deck.shows('Password of deploy@web1');
		deck.type('q+?y');
		await deck.shows('****_');
		deck.type('\x1b[200~ pasted\x1b[201~');
		await deck.shows('**********_');
		expect(deck.screen()).not.toContain('pasted');
		deck.type('\r');
		expect(await password).toBe('q+?ypasted');
		const none = deck.asker.answer('Verification code', true);
		await deck.shows('Verification code');
		deck.type('123');
		await deck.shows('123_');
		deck.type('\x1b');
		expect(await none).toBeNull();
	});

	test('waits until what is open is done with', async () => {
		const deck = await open([shop()]);
		deck.type(':');
		await deck.shows(' :_');
		void deck.asker.trust(KEY);
		deck.type('sc');
		await deck.shows(/:sc_ +a question waits/);
		expect(deck.screen()).not.toContain('Unknown host key');
		deck.type('\x1b');
		await deck.shows('Unknown host key of [web1]:2222');
		deck.type('?');
		await deck.shows('Help for this pane');
		deck.type('\x1b');
		await deck.shows('Unknown host key of [web1]:2222');
	});
});

describe('many servers', () => {
	function fleet(): ScriptedServer[] {
		return Array.from({ length: 12 }, (_, position) =>
			scriptedServer({ name: `jobs${position + 1}`, counts: { web: 1, worker: 2, mailer: 1 } }),
		);
	}

	test('a type is restarted on all of them: the plan, how far it is, what became of it, each server', async () => {
		const servers = fleet();
		servers[4]!.apply = () => Promise.reject(new ProcdeckError('unreachable', 'no answer in 5 s'));
		const deck = await open(servers);
		deck.type('\x1b[A\x1b[Cr');
		await deck.shows('Restart worker on 12 servers');
		servers[0]!.hold();
		deck.type('y');
		await deck.shows(/worker on 12 servers: restart {2}1[01] of 12 servers/);
		servers[0]!.release();
		await deck.shows('worker on 12 servers: restart: 11 done, 1 unreachable');
		deck.type('c');
		await deck.shows(/○ jobs5 +unreachable +no answer in 5 s/);
		deck.type('\x1b');
		await deck.shows('wrong first');
	});

	test(':scale --all shows the plan and sums up', async () => {
		const servers = fleet();
		servers[2]!.apply = () => Promise.reject(new ProcdeckError('refused', 'sudo wants a password'));
		const deck = await open(servers);
		deck.type(':scale worker=3 --all\r');
		await deck.shows('Scale worker=3 on 12 servers');
		await deck.shows('procdeck scale worker=3 --all');
		deck.type('y');
		await deck.shows('worker on 12 servers: scale to 3: 11 done, 1 failed');
	});

	test('a server that is lost keeps its row, and comes back', async () => {
		const servers = fleet();
		const deck = await open(servers);
		servers[6]!.push({ kind: 'connection', connection: 'unreachable', reason: 'no answer in 5 s' });
		await deck.shows('11/12 servers');
		await deck.shows(/○ jobs7 +seen/);
		servers[6]!.push({
			kind: 'snapshot',
			observation: { ...servers[6]!.observation, connection: 'connected' },
		});
		await deck.shows('all well');
		await deck.shows(/● jobs7/);
	});

	test('instances are moved to the server that is typed', async () => {
		const servers = fleet();
		const deck = await open(servers);
		deck.type('\x1b[Cm');
		await deck.shows('Move worker from jobs1');
		deck.type('s12');
		await deck.shows('procdeck move worker --from jobs1 --to jobs12');
		deck.type('\r');
		await deck.shows('worker on jobs1: move to jobs12 done');
		expect(servers[11]!.observation.types.find(({ type }) => type === 'worker')?.wanted).toBe(4);
	});
});

/** A scripted server has all that it needs. */
const NO_CODE = () => Promise.reject(new Error('there is code already'));

describe('adding a server', () => {
	const WARNING: Found = {
		check: 'journal',
		severity: 'warning',
		message: 'keeps only 20 MB',
		fix: 'raise SystemMaxUse',
	};

	/** A server that can be added to the stack of a folder. */
	async function candidate(name = 'jobs1') {
		const directory = await tempFolder({ Procfile: 'web: run\nworker: run\nmailer: run\n' });
		// The log of an addition is a user's.
		vi.stubEnv('XDG_STATE_HOME', directory);
		onTestFinished(() => void vi.unstubAllEnvs());
		const added = scriptedServer({ name, counts: { web: 0, worker: 0, mailer: 0 } });
		added.examine = async () => [WARNING, { ...WARNING, severity: 'fine' }];
		const closed: string[] = [];
		added.close = async () => void closed.push(name);
		const openAddition: OpenAddition = async (request) => {
			const stack = await loadStack({ directory, procfile: null, environment: null });
			const addition = prepareAddition(stack, null, request);
			return { addition, server: added, chooseCode: NO_CODE };
		};
		return { added, closed, openAddition, stackFile: join(directory, 'procdeck.yml') };
	}

	test('shows what was found and what will be written, adds it, and takes over a worker there', async () => {
		const { added, openAddition, stackFile } = await candidate();
		const local = shop();
		const deck = await open([local], 'development', openAddition);
		deck.type('a');
		await deck.shows('Add a server');
		deck.type('jobs1\tdeploy@203.0.113.5\r');
		await deck.shows('journal: keeps only 20 MB  raise SystemMaxUse');
		await deck.shows('procdeck.yml  jobs1 is one of the servers');
		await deck.shows('procdeck server add jobs1 deploy@203.0.113.5');
		await expect(readFile(stackFile)).rejects.toThrow('ENOENT');
		deck.type('y');
		await deck.shows('jobs1: server add done');
		await deck.shows('ready to take over workers, not serving web');
		expect(await readFile(stackFile, 'utf8')).toContain('jobs1: { host: 203.0.113.5, user: deploy }');
		await deck.shows(/● local .*● jobs1/);
		deck.type('jm+\r');
		await deck.shows('worker on local: move to jobs1 done');
		expect(added.observation.types.find(({ type }) => type === 'worker')?.wanted).toBe(2);
		added.writeLog('worker.1', 'hello from there\n');
		deck.type('\x1b[C');
		await deck.shows('hello from there');
	});

	test('says what is wrong with what was typed, and lets it be mended', async () => {
		const { openAddition } = await candidate();
		const deck = await open([shop()], 'development', openAddition);
		deck.type('alocal\tdeploy@203.0.113.5\r');
		await deck.shows('there is a server local already');
		deck.type('\t\x15no spaces\r');
		await deck.shows('"no spaces" is no name of a server');
		deck.type('\x15jobs1\t\x15-oProxyCommand=x\r');
		await deck.shows('is no address of a server: write [USER@]HOST[:PORT]');
		deck.type('\x15');
		await deck.shows('Nothing is written before you say so');
		deck.type('203.0.113.5\r');
		await deck.shows('> Add jobs1 <');
	});

	test('shows why a server is not ready, and writes nothing', async () => {
		const { added, closed, openAddition, stackFile } = await candidate();
		added.examine = async () => [
			{ check: 'sudo', severity: 'fatal', message: 'asks for a password', fix: 'visudo' },
		];
		const deck = await open([shop()], 'development', openAddition);
		deck.type('ajobs1\t203.0.113.5\r');
		await deck.shows('jobs1 is not ready to run the stack');
		await deck.shows('sudo: asks for a password  visudo');
		await waitFor(() => closed.length === 1, 'the server to be closed');
		deck.type('\x1b');
		await deck.shows('web on local');
		await expect(readFile(stackFile)).rejects.toThrow('ENOENT');
	});

	test('asks with Cancel focused in production, and closes what it has opened', async () => {
		const { closed, openAddition, stackFile } = await candidate();
		const deck = await open([shop()], 'production', openAddition);
		deck.type('ajobs1\t203.0.113.5\r');
		await deck.shows('> Cancel <');
		deck.type('\r');
		await deck.shows('web on local');
		await waitFor(() => closed.length === 1, 'the server to be closed');
		await expect(readFile(stackFile)).rejects.toThrow('ENOENT');
	});

	test('shows that it looks, with what the connection asks over it', async () => {
		const { added, openAddition } = await candidate();
		const deck = await open([shop()], 'development', openAddition);
		added.examine = async () => {
			const key = { host: 'new', keyType: 'ssh-ed25519', fingerprint: 'SHA256:abc', knownHosts: '~/known' };
			const isTrusted = await deck.asker.trust(key);
			await deck.asker.answer('Passphrase', false);
			return isTrusted ? [] : [{ ...WARNING, check: 'connection', severity: 'fatal' }];
		};
		deck.type('ajobs1\tnew\r');
		await deck.shows('Unknown host key of new');
		deck.type('y');
		await deck.shows('Passphrase');
		deck.type('secret\r');
		await deck.shows('> Add jobs1 <');
	});

	test('a look that is given up is over, whatever comes of it', async () => {
		const { added, closed, openAddition } = await candidate();
		const { promise, resolve } = Promise.withResolvers<Found[]>();
		added.examine = () => promise;
		const deck = await open([shop()], 'development', openAddition);
		deck.type('ajobs1\tnew\r');
		await deck.shows('looking at jobs1');
		deck.type('\x1b');
		await waitFor(() => closed.length === 1, 'the server to be closed');
		resolve([]);
		await deck.shows('web on local');
		deck.type('a');
		await deck.shows('Nothing is written before you say so');
	});

	test('tells what did not work, has no such server, and goes on with it by r', async () => {
		const { closed, openAddition, stackFile } = await candidate();
		const deck = await open([shop()], 'development', openAddition);
		deck.type('ajobs1\tnew\r');
		await deck.shows('> Add jobs1 <');
		await writeFile(stackFile, '# theirs\n');
		deck.type('\r');
		await deck.shows('jobs1: server add failed: somebody has changed procdeck.yml meanwhile');
		await deck.shows('jobs1 as a server into procdeck.yml  failed');
		await waitFor(() => closed.length === 1, 'the server to be closed');
		expect(deck.screen()).not.toContain('● jobs1');
		deck.type('r');
		await deck.shows('jobs1: server add done');
		expect(await readFile(stackFile, 'utf8')).toMatch(/^# theirs\n.*jobs1: \{ host: new \}/s);
	});

	test('shows each step and what it writes, goes on after a failure, and asks again where there is more to do', async () => {
		const { added, openAddition, stackFile } = await candidate();
		let missing = ['libpq5', 'imagemagick'];
		const { promise, resolve } = Promise.withResolvers<void>();
		const machine: ServerMachine = {
			look: async () => ({
				missingPackages: missing,
				installation: missing.length === 0 ? null : `apt-get install ${missing.join(' ')}`,
				missingUser: null,
				hasCode: true,
			}),
			async install(packages, onLine) {
				onLine('Reading package lists...');
				await promise;
				if (!packages.includes('no-such')) {
					missing = [];
					return;
				}
				onLine('\x1b[31mE: Unable to locate package no-such');
				throw new ProcdeckError('refused', 'cannot install no-such');
			},
			addUser: async () => {},
		};
		Object.assign(added, { machine });
		const deck = await open([shop()], 'development', openAddition);
		// What is missing is the stack file's to say.
		await writeFile(stackFile, 'packages: [libpq5, imagemagick]\n');
		deck.type('ajobs1\tnew\r');
		await deck.shows('install   libpq5, imagemagick');
		missing = ['no-such'];
		deck.type('y');
		await deck.shows('Reading package lists...');
		resolve();
		await deck.shows('✗ install   libpq5, imagemagick  failed');
		await deck.shows('E: Unable to locate package no-such');
		await deck.shows('everything it wrote: ');
		deck.type('r');
		// It is other than what was said yes to.
		await deck.shows('install   no-such');
		await deck.shows('> Add jobs1 <');
		missing = ['imagemagick'];
		deck.type('y');
		await deck.shows('jobs1: server add done');
		await deck.shows(/● local .*● jobs1/);
	});

	test('says while it is typed that a name is taken, and where a place leads to', async () => {
		const { openAddition } = await candidate();
		const deck = await open([shop()], 'development', openAddition);
		deck.type('alocal');
		await deck.shows('there is a server of that name already');
		deck.type('\x15jobs 1');
		await deck.shows('use only letters, digits, - and _');
		deck.type('\x15jobs1\tdeploy@127.0.0.1:2222');
		await deck.shows('deploy@127.0.0.1, port 2222');
		deck.type('\x15no-such-host.invalid');
		await deck.shows('there is no host no-such-host.invalid');
	});
});

test('u says so where it is not the last change that it takes back, and does it when it is pressed again', async () => {
	const server = shop();
	const deck = await open([server]);
	deck.type('j+');
	await deck.shows('worker on local: 2 → 3 done');
	deck.type('r');
	await deck.shows('worker on local: restart done');
	await deck.shows('u undo worker 2 → 3 on local');
	deck.type('u');
	await deck.shows('Undo worker 2 → 3 on local');
	await deck.shows('restart worker on local cannot be undone');
	await deck.shows(/worker on local +3 → 2/);
	await deck.shows('> Cancel <');
	expect(server.observation.types[1]?.wanted).toBe(3);
	deck.type('u');
	await deck.shows('undo of scale 2 → 3');
	await waitFor(() => server.observation.types[1]?.wanted === 2, 'the count of before');
	expect(server.observation.types[1]?.wanted).toBe(2);
});

test('the cursor stays on its server when others come and go, and goes on where that itself goes', async () => {
	const all = ['a', 'b', 'c'].map((name) => scriptedServer({ name, counts: { web: 1, worker: 2 } }));
	const [a, b, c] = all;
	const deck = await open(all);
	deck.type('\x1b[C');
	await deck.shows('web on b');
	deck.files.become(stackOf([b!, c!], ['web', 'worker']));
	await deck.shows('a was removed from the stack');
	await deck.shows('web on b');
	deck.files.become(stackOf([a!, c!], ['web', 'worker']));
	await deck.shows('a was added to the stack; b was removed from the stack');
	await deck.shows('web on a');
});

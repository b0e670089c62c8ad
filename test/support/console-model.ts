import { startCommand } from '../../src/link/local.ts';
import type { SshTarget } from '../../src/model/ssh-target.ts';
import type { Stack } from '../../src/model/stack.ts';
import type { OpenAddition } from '../../src/session/console-additions.ts';
import type { VerbRunner } from '../../src/session/console-verbs.ts';
import { type CommandOutput, createCommandOutput } from '../../src/store/command-output.ts';
import { type ConsoleStore, createConsoleStore, receive } from '../../src/store/console-store.ts';
import { createLogBuffer, type LogBuffer } from '../../src/store/log-buffer.ts';
import type { CommandTree } from '../../src/view/command-tree.ts';
import type { Model } from '../../src/view/model.ts';
import { frame } from '../../src/view/presentation/frame.ts';
import { type Glyphs, UNICODE } from '../../src/view/presentation/glyphs.ts';
import { textOf } from '../../src/view/presentation/row.ts';
import { FIRST_UI, type UiState } from '../../src/view/ui.ts';
import { type ScriptedServer, START } from './scripted-server.ts';

// The screens of tests show local times: the same everywhere.
process.env.TZ = 'UTC';

export function stackOf(
	servers: readonly ScriptedServer[],
	types: readonly string[],
	environment = 'development',
): Stack {
	const settings = {
		stop: [],
		restart: 'always',
		ready: null,
		memoryMax: null,
		logMax: 64 * 1024 ** 2,
		rolling: 1,
		maxInstances: 20,
		scale: {},
	} as const;
	return {
		name: 'shop',
		environment,
		environmentIsDefault: false,
		directory: '/srv/shop',
		procfile: '/srv/shop/Procfile',
		stackFile: null,
		watchedFiles: [],
		processTypes: types.map((name, position) => ({
			name,
			command: `run ${name}`,
			line: position + 1,
			settings,
		})),
		release: null,
		releases: { include: [], exclude: [], shared: [], setup: [], keep: 5 },
		loadBalancer: null,
		servers: servers.map((server) => server.definition),
		path: '/srv/shop',
		packages: [],
		provision: null,
		user: null,
		shell: '/bin/sh',
		environmentVariables: {},
		warnings: [],
		problems: [],
	};
}

/** Runs programs where the console would run its own binary. */
export const PROGRAMS: VerbRunner = {
	start: ([file = '', ...args]) => startCommand([file, ...args]),
	handOver: () => Promise.reject(new Error('there is no terminal')),
};

/** For consoles that add no server. */
export const NO_ADDITIONS: OpenAddition = () => Promise.reject(new Error('there is no server to be added'));

/** Places are what they are called. */
export const LITERAL_WAY = async ({ host, user, port }: SshTarget) => {
	return { hostname: host, user: user ?? 'me', port: port ?? 22, isThroughAnother: false };
};

/** Stands for the verbs of the program, which are another floor's. */
export const COMMAND_TREE: CommandTree = {
	verbs: [
		'up',
		'start',
		'down',
		'scale',
		'restart',
		'move',
		'stop',
		'undo',
		'ps',
		'logs',
		'history',
		'run',
		'boot',
		'env',
	],
	changes: ([verb, word]) =>
		['up', 'run'].includes(verb ?? '') ||
		(verb === 'boot' && word !== 'status') ||
		(verb === 'env' && word === 'set'),
	complete: (words, { types, instances }) =>
		[...types, ...instances].filter((name) => name.startsWith(words.at(-1) ?? '')),
};

export interface Scene {
	readonly store: ConsoleStore;
	readonly logs: LogBuffer;
	readonly output: CommandOutput;
	model(glyphs?: Glyphs): Model;
	/** The screen in text, a line a row. */
	screen(width: number, height: number, ui?: Partial<UiState>, glyphs?: Glyphs): string;
}

/** A store that holds what the servers report now, without a session. */
export function sceneOf(
	servers: readonly ScriptedServer[],
	{ environment = 'development', readOnly = false }: { environment?: string; readOnly?: boolean } = {},
): Scene {
	const types = [...new Set(servers.flatMap(({ observation }) => observation.types.map(({ type }) => type)))];
	const store = createConsoleStore({
		shell: {},
		stack: stackOf(servers, types, environment),
		servers: servers.map(({ definition }) => definition.name),
		who: 'mia@laptop',
		readOnly,
		now: START,
	});
	for (const { observation } of servers) {
		receive(store, observation.name, { kind: 'snapshot', observation }, START);
	}
	const logs = createLogBuffer();
	const output = createCommandOutput();
	const model = (glyphs = UNICODE): Model => ({
		state: store.getState(),
		log: logs.window(),
		output: output.view(),
		commandTree: COMMAND_TREE,
		glyphs,
		appColours: true,
	});
	return {
		store,
		logs,
		output,
		model,
		screen(width, height, ui = {}, glyphs = UNICODE) {
			const rows = frame(model(glyphs), { ...FIRST_UI, ...ui }, width, height);
			return rows.map((row) => textOf(row)).join('\n');
		},
	};
}

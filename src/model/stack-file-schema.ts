import * as z from 'zod/mini';
import type { SignalName } from './stack.ts';
import {
	absolutePath,
	flag,
	listOf,
	mapping,
	name,
	namesTo,
	oneOf,
	optional,
	port,
	seconds,
	size,
	text,
	wholeNumber,
} from './stack-file-fields.ts';

const SIGNALS = [
	'HUP',
	'INT',
	'QUIT',
	'KILL',
	'USR1',
	'USR2',
	'TERM',
	'CONT',
	'TSTP',
	'WINCH',
] as const satisfies readonly SignalName[];

const STOP_ERROR = `must be signals with the seconds to wait between them, such as [TERM, 10, KILL]; signals: ${SIGNALS.join(', ')}`;

const stopItem = z.union([z.enum(SIGNALS), z.number().check(z.gte(0, { error: STOP_ERROR }))], {
	error: STOP_ERROR,
});

function isStopSequence(items: readonly z.infer<typeof stopItem>[]): boolean {
	const waitsFollowSignals = items.every(
		(item, index) => typeof item === 'string' || typeof items[index - 1] === 'string',
	);
	return typeof items.at(-1) === 'string' && waitsFollowSignals;
}

const stop = listOf(stopItem, 'signals and seconds').check(z.refine(isStopSequence, { error: STOP_ERROR }));

function isPattern(source: string): boolean {
	try {
		new RegExp(source);
		return true;
	} catch {
		return false;
	}
}

const pattern = text().check(z.refine(isPattern, { error: 'must be a regular expression' }));

const ready = mapping({
	http: optional(
		absolutePath('must be a path that begins with /'),
		'Path that answers 200 to 399 on the PORT of the instance',
	),
	tcp: optional(
		z.union([z.literal(true), port()], { error: 'must be true (the PORT of the instance) or a port' }),
		'Port that accepts connections; true: the PORT of the instance',
	),
	log: optional(pattern, 'Regular expression of a line that it logs'),
	timeout: optional(seconds('above 0'), 'Longest wait in seconds. Default: 30'),
}).check(
	z.refine(({ http, tcp, log }) => [http, tcp, log].filter((way) => way !== undefined).length === 1, {
		error: 'must have exactly one of http, tcp and log',
	}),
	z.meta({ oneOf: [{ required: ['http'] }, { required: ['tcp'] }, { required: ['log'] }] }),
);

const count = wholeNumber(0);

const processSettings = mapping({
	scale: optional(
		z.union([count, namesTo(count)], { error: 'must be a count, or a mapping of servers to counts' }),
		'Initial number of instances: {SERVER: N}, or N where there is one server. Default: 1 on local servers, 0 over SSH',
	),
	stop: optional(stop, 'Signals, and between them the longest waits in seconds. Default: [TERM, 10, KILL]'),
	restart: optional(
		oneOf(['always', 'on-failure', 'never']),
		'What follows an exit that nobody asked for. Default: always',
	),
	ready: optional(ready, 'How an instance shows that it is ready'),
	memory_max: optional(
		size(),
		'An instance whose process tree grows over this is restarted. Default: no limit',
	),
	log_max: optional(size(), 'Log kept per instance. Default: 64M'),
	rolling: optional(wholeNumber(1), 'Instances that a rolling restart replaces at a time. Default: 1'),
	max_instances: optional(
		wholeNumber(1),
		'The most instances a server may have; web stops at 100. Default: 1000',
	),
});

const server = mapping({
	host: optional(text(), 'Address, or a Host of ~/.ssh/config'),
	user: optional(text(), 'SSH user'),
	port: optional(port(), 'SSH port'),
	local: optional(z.literal(true, { error: 'must be true' }), 'This machine'),
	supervisor: optional(
		oneOf(['embedded', 'systemd']),
		'Default: embedded on a local server, systemd over SSH',
	),
	scope: optional(oneOf(['system', 'user']), 'Whose systemd. Default: system'),
	address: optional(text(), 'Where the load balancer reaches it. Default: the resolved host'),
	port_base: optional(port(), 'First PORT of its instances. Default: PORT of the env files, else 5000'),
	serving: optional(flag(), 'Gets web traffic at first'),
});

const loadBalancer = mapping({
	server: optional(name(), 'The server that it runs on'),
	port: optional(port(), 'Default: 80; on a local server 8080'),
	health_check: optional(absolutePath('must be a path that begins with /'), 'Default: /'),
	algorithm: optional(oneOf(['leastconn', 'roundrobin', 'source']), 'Default: leastconn'),
	sticky: optional(flag(), 'A client stays with its instance'),
	drain_timeout: optional(seconds('from 0'), 'Seconds. Default: 30'),
	tls: optional(mapping({ certificate: text() }), 'Serves HTTPS with this certificate'),
});

const paths = listOf(text(), 'paths');

const RELATIVE_PATH = 'must be paths within the folder, without a leading / and without .. in them';

function isWithinFolder(path: string): boolean {
	const parts = path.replace(/\/+$/, '').split('/');
	return parts.every((part) => part !== '' && part !== '.' && part !== '..');
}

const sharedPaths = listOf(text(), 'paths').check(
	z.refine((items) => items.every(isWithinFolder), { error: RELATIVE_PATH }),
);

const release = mapping({
	include: optional(
		paths,
		'What of the folder goes into a release: patterns as in a .gitignore. Default: what git has committed',
	),
	exclude: optional(paths, 'What of the folder does not: patterns as in a .gitignore'),
	shared: optional(sharedPaths, 'What all releases share, such as storage/ or db/production.sqlite3'),
});

const ENVIRONMENT_NAME =
	'must be a mapping of names (letters, digits and _, not beginning with a digit) to values';
const environmentText = z
	.string()
	.check(z.refine((value) => !value.includes('\0'), { error: 'must not hold a NUL character' }));
const environmentVariables = z.record(
	z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: ENVIRONMENT_NAME })),
	z.union([environmentText, z.number(), z.boolean()], {
		error: 'must be text, a number, true or false; write "" for an empty value',
	}),
	{ error: ENVIRONMENT_NAME },
);

const commands = z.union([text(), listOf(text(), 'commands')], {
	error: 'must be a command or a list of commands',
});

/** `procdeck.yml` as the user writes it. Every key is optional; unknown keys are errors. */
export const stackFileSchema = mapping({
	stack: optional(text(), 'Name of the stack. Default: the name of the folder'),
	environment: optional(name(), 'Default: development'),
	path: optional(
		absolutePath('must be an absolute path'),
		'Where the code is on SSH servers. Default: /srv/STACK',
	),
	shell: optional(text(), 'Shell that runs the commands. Default: /bin/sh'),
	user: optional(text(), 'User that instances run as on SSH servers. Default: the SSH user'),
	env: optional(environmentVariables, 'Variables that win over the env files'),
	env_files: optional(listOf(text(), 'files'), 'Instead of .env and .env.ENVIRONMENT; later wins'),
	servers: optional(namesTo(server), 'Default: one local server named local'),
	load_balancer: optional(loadBalancer, 'Spreads web traffic over the servers that are serving'),
	processes: optional(namesTo(processSettings), 'By process type, as in the Procfile'),
	release: optional(release, 'What a release is made of'),
	setup: optional(commands, 'Prepares a release on each server, such as bundle install'),
	packages: optional(listOf(text(), 'package names'), 'System packages that a server needs'),
	provision: optional(text(), 'Makes a machine; the last line that it prints names the host'),
	keep: optional(wholeNumber(1), 'Releases kept on a server. Default: 5'),
});

export type StackFileInput = z.infer<typeof stackFileSchema>;

/** The keys of the mapping at a path of the stack file; empty where there is none. */
export function allowedKeys(path: readonly PropertyKey[]): string[] {
	let schema: unknown = stackFileSchema;
	for (const step of path) {
		if (schema instanceof z.ZodMiniObject) schema = required(schema.shape[String(step)]);
		else if (schema instanceof z.ZodMiniRecord) schema = required(schema.def.valueType);
	}
	return schema instanceof z.ZodMiniObject ? Object.keys(schema.shape) : [];
}

function required(schema: unknown): unknown {
	return schema instanceof z.ZodMiniOptional ? schema.def.innerType : schema;
}

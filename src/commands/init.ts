import { basename, join } from 'node:path';
import { readForEdit, writeEdit } from '../files/edit-stack-file.ts';
import { noProcfile } from '../files/load-stack.ts';
import { resolveDirectory } from '../files/locate-stack.ts';
import { readProcfile } from '../files/read-procfile.ts';
import { DEFAULT_ENVIRONMENT } from '../files/read-stack-file.ts';
import { formatFileMessage, ProcdeckError } from '../model/errors.ts';
import { firstStackFile } from '../model/first-stack-file.ts';
import { isName, NAME_CHARACTERS, toStackName } from '../model/names.ts';
import { RELEASE_ENTRY } from '../model/procfile.ts';
import { parseSshTarget, type SshTarget } from '../model/ssh-target.ts';
import { contentOf } from '../session/edited-stack.ts';
import { canAsk } from './confirm.ts';
import type { Context } from './context.ts';
import type { Globals } from './globals.ts';

export interface InitFlags {
	/** `NAME=[USER@]HOST[:PORT]` each. */
	readonly server?: readonly string[];
	readonly stack?: string;
	readonly path?: string;
	readonly yes?: boolean;
}

/** Writes a first stack file for a folder with a Procfile. */
export async function init(
	context: Context,
	_operands: readonly string[],
	flags: InitFlags,
): Promise<number> {
	const { globals, output } = context;
	const directory = resolveDirectory(globals);
	const types = await typesOf(directory, globals);
	const path = freePath(directory, globals.environment);
	const isAsked = flags.server === undefined && flags.yes !== true && canAsk();
	const written = isAsked ? await askForServers() : (flags.server ?? []);
	const servers = serversOf(written);
	const byDefault = globals.environment ?? (servers.size > 0 ? 'production' : DEFAULT_ENVIRONMENT);
	const environment =
		isAsked && globals.environment === null ? await askForEnvironment(byDefault) : byDefault;
	const text = firstStackFile({
		stack: toStackName(flags.stack ?? basename(directory)),
		environment,
		types,
		servers,
		path: flags.path ?? null,
	});
	contentOf(path, text);
	await writeEdit({ path, before: null, after: text });
	if (output.json) output.value({ file: path });
	else {
		output.print(`wrote ${basename(path)}`);
		output.note(nextStep(servers));
	}
	return 0;
}

/** @throws ProcdeckError `no-procfile`, `invalid-file` */
async function typesOf(directory: string, { procfile, environment }: Globals): Promise<readonly string[]> {
	const found = await readProcfile(directory, procfile, environment ?? DEFAULT_ENVIRONMENT);
	if (found.missing !== null) throw noProcfile(found.missing);
	if (found.errors.length > 0)
		throw new ProcdeckError('invalid-file', found.errors.map(formatFileMessage).join('\n'));
	return found.entries.map(({ name }) => name).filter((name) => name !== RELEASE_ENTRY);
}

/**
 * A file for all environments, or beside one that is there already one for the environment alone.
 * @throws ProcdeckError `refused` where it is there already
 */
function freePath(directory: string, environment: string | null): string {
	const isThere = (name: string) => readForEdit(join(directory, name)) !== null;
	const general = 'procdeck.yml';
	const specific = environment === null ? general : `procdeck.${environment}.yml`;
	if (!isThere(specific)) return join(directory, isThere(general) ? specific : general);
	throw new ProcdeckError(
		'refused',
		`${specific} is there already`,
		'`procdeck server add` and `procdeck lb add` edit it; -e ENV begins one for another environment',
	);
}

async function askFor(prompt: string): Promise<string> {
	const { terminalAsker } = await import('./ask.ts');
	const answer = await terminalAsker.answer(prompt, true);
	if (answer === null) throw new ProcdeckError('refused', 'nothing was written');
	return answer.trim();
}

async function askForServers(): Promise<string[]> {
	const servers: string[] = [];
	for (;;) {
		const isFirst = servers.length === 0;
		const prompt = isFirst
			? 'A server as NAME=[USER@]HOST (Enter: only this machine)'
			: 'Another one (Enter: no more)';
		const server = await askFor(prompt);
		if (server === '') return servers;
		// What is wrong with it is said before the next one is asked for.
		parseServer(server);
		servers.push(server);
	}
}

async function askForEnvironment(byDefault: string): Promise<string> {
	return (await askFor(`Environment [${byDefault}]`)) || byDefault;
}

function serversOf(written: readonly string[]): ReadonlyMap<string, SshTarget> {
	const servers = new Map<string, SshTarget>();
	for (const [name, target] of written.map(parseServer)) {
		if (servers.has(name)) throw usage(`two servers are called ${name}`);
		servers.set(name, target);
	}
	return servers;
}

function parseServer(text: string): [name: string, target: SshTarget] {
	const at = text.indexOf('=');
	const name = text.slice(0, Math.max(0, at));
	if (at === -1) throw usage(`${JSON.stringify(text)} is not NAME=[USER@]HOST[:PORT]`);
	if (!isName(name))
		throw usage(`${JSON.stringify(name)} is no name of a server; use only ${NAME_CHARACTERS}`);
	return [name, parseSshTarget(text.slice(at + 1))];
}

function usage(message: string): ProcdeckError {
	return new ProcdeckError('usage', message, 'see procdeck init --help');
}

function nextStep(servers: ReadonlyMap<string, SshTarget>): string {
	return servers.size === 0
		? '`procdeck` opens the console; `procdeck server add NAME [USER@]HOST` takes in a server'
		: '`procdeck doctor` looks at the servers; `procdeck sync` sets them up';
}

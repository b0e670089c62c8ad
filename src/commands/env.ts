import { type EnvironmentSources, readEnvironmentSources } from '../files/environment-sources.ts';
import { type ListedVariable, listEnvironment } from '../model/environment-listing.ts';
import { ProcdeckError } from '../model/errors.ts';
import { type Context, requireChangesAllowed } from './context.ts';
import { openStack } from './open-stack.ts';
import { table } from './output/table.ts';

export interface EnvFlags {
	readonly show?: boolean;
	/** As it is called in the stack's folder. */
	readonly file?: string;
	/** False: the servers are left as they are. */
	readonly push: boolean;
}

/** Lists the stack's environment, or sets and unsets variables of it. */
export async function env(
	context: Context,
	[action, ...operands]: readonly string[],
	flags: EnvFlags,
): Promise<number> {
	if (action === undefined) {
		refuseFlag('env', '--file', flags.file !== undefined);
		refuseFlag('env', '--no-push', !flags.push);
		return list(context, flags.show === true);
	}
	// What else was typed there may be a value.
	if (action !== 'set' && action !== 'unset')
		throw new ProcdeckError('usage', 'it is: procdeck env set NAME…, or unset', 'see procdeck env --help');
	requireChangesAllowed(context, `env ${action}`);
	refuseFlag(`env ${action}`, '--show', flags.show === true);
	const { setEnvironment, unsetEnvironment } = await import('./edit-environment.ts');
	return action === 'set'
		? setEnvironment(context, operands, flags)
		: unsetEnvironment(context, operands, flags);
}

function refuseFlag(verb: string, flag: string, isGiven: boolean): void {
	if (isGiven) throw new ProcdeckError('usage', `${verb} takes no ${flag}`, 'see procdeck env --help');
}

async function list({ globals, output }: Context, isShown: boolean): Promise<number> {
	const stack = await openStack(globals);
	const variables = listEnvironment(stack, inOrder(await readEnvironmentSources(stack)));
	if (output.json) {
		const shown = variables.map((variable) => (isShown ? variable : { ...variable, value: null }));
		output.value({ environment: shown });
		return 0;
	}
	const titles = ['NAME', 'VALUE', 'SOURCE'].map((title) => ({ title }));
	const rows = variables.map((variable) => [
		variable.name,
		isShown ? oneLine(variable.value) : '***',
		sourceText(variable),
	]);
	output.print(table(titles, rows, output.paint));
	return 0;
}

function inOrder({ files, stackFile }: EnvironmentSources) {
	return stackFile === null ? files : [...files, stackFile];
}

function sourceText({ source, line }: ListedVariable): string {
	return line === null ? source : `${source}:${line}`;
}

/** A value with its line breaks to be seen. */
function oneLine(value: string): string {
	return value.replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

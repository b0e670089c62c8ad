import { ProcdeckError } from '../model/errors.ts';
import { stackEnvironment } from '../model/launch.ts';
import { remoteCommand, sshCommand } from '../model/remote-shell.ts';
import { shellEnvironment } from '../model/shell-environment.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import { serverNamed } from '../session/choose-servers.ts';
import type { Context } from './context.ts';
import { commandLine, runInForeground } from './foreground-command.ts';
import { openStackOrRemains } from './open-stack.ts';

/** Opens a shell on a server, or runs a command there, and returns its exit code. */
export async function ssh(context: Context, [name = '', ...rest]: readonly string[]): Promise<number> {
	// After the first operand everything is left as it stands, also the `--` before a command.
	const words = rest[0] === '--' ? rest.slice(1) : rest;
	const stack = await openStackOrRemains(context);
	const server = serverNamed(stack.servers, name);
	const hasTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
	if (words.length === 0 && !hasTerminal) {
		const hint = `give it a command: procdeck ssh ${name} -- COMMAND`;
		throw new ProcdeckError('usage', 'a shell needs a terminal', hint);
	}
	return server.kind === 'local'
		? runHere(context, stack, server, words)
		: runThere(context, stack, server, words, hasTerminal);
}

function runHere(
	context: Context,
	stack: Stack,
	server: ServerDefinition,
	words: readonly string[],
): Promise<number> {
	const env = {
		...stackEnvironment(stack, shellEnvironment(process.env)),
		PROCDECK_STACK: stack.name,
		PROCDECK_SERVER: server.name,
	};
	const shell = process.env.SHELL || '/bin/sh';
	const command = words.length === 0 ? ([shell] as const) : commandLine(words, stack.shell);
	return runInForeground(command, { cwd: stack.directory, env }, context);
}

async function runThere(
	context: Context,
	stack: Stack,
	server: ServerDefinition,
	words: readonly string[],
	hasTerminal: boolean,
): Promise<number> {
	const [{ environmentPath, layoutOf }, { readSettings }] = await Promise.all([
		import('../server/systemd/layout.ts'),
		import('../link/ssh/settings.ts'),
	]);
	const { host, name, user, port } = server;
	const { connectTimeout } = await readSettings({ host: host ?? name, user, port }, null);
	// Only the shell there knows the home folder; who it is, no path of these depends on.
	const environmentFile = environmentPath(layoutOf(stack, server.scope, { home: '$HOME', uid: 0 }));
	const remote = remoteCommand({ stack, server, environmentFile }, words);
	return runInForeground(
		sshCommand(server, remote, { hasTerminal, connectTimeout }),
		{ env: shellEnvironment(process.env) },
		context,
	);
}

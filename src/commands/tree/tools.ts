import { Argument, type Command, Option } from 'commander';
import { type Finish, type VerbTable, verb } from './verb.ts';

function run(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'run <command...>',
			summary: "run one command with the stack's environment",
			description:
				"Run one command in the foreground with the stack's environment, and return its exit code.\n" +
				'One argument is read by the shell, several are the program and its arguments.',
			examples: [
				'procdeck run bin/rails console',
				"procdeck run 'echo $DATABASE_URL'",
				'procdeck run -- env -0',
			],
		},
		async () => (await import('../run.ts')).run,
	).passThroughOptions();
}

function ssh(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'ssh <server> [command...]',
			summary: 'a shell on a server, or one command there',
			description:
				"Open a shell on a server by your own ssh, in the code's folder and with the stack's environment,\n" +
				'or run one command there and return its exit code. One argument is read by the shell, several are the\n' +
				'program and its arguments. On a local server it is a shell in the folder of the app.',
			examples: [
				'procdeck ssh web1',
				'procdeck ssh web1 -- bin/rails console',
				"procdeck ssh web1 'ls | wc -l'",
			],
		},
		async () => (await import('../ssh.ts')).ssh,
	).passThroughOptions();
}

function env(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'env',
			summary: 'the environment: list it, set and unset variables here and on the servers',
			description:
				'List the environment that all instances get, and the file and line that each variable comes from; beside it an\n' +
				'instance has PORT, PS and PROCDECK_* of its own, and on this machine what your shell has.\n' +
				'set and unset edit the env file here, which git should ignore, and put the environment on the servers. What runs\n' +
				'takes it over with restart --stale. A value is asked for, or read from stdin, and never an argument: the whole\n' +
				'stdin for one variable, lines of NAME=VALUE for several, and for - all of them that it has.',
			examples: [
				'procdeck env --show',
				'procdeck env set DATABASE_URL',
				'procdeck env set TLS_KEY < key.pem',
				'procdeck env set - < production.env',
				'procdeck env unset OLD_TOKEN --file .env',
			],
		},
		async () => (await import('../env.ts')).env,
	)
		.addArgument(offered('[action]', ['set', 'unset']))
		.argument('[names...]', 'the variables, or - for all that stdin has')
		.option('--show', 'list: with the values')
		.option(
			'--file <file>',
			'set, unset: another one of the env files, by default the one that wins over the others',
		)
		.option('--no-push', 'set, unset: leave the servers as they are')
		.allowUnknownOption();
}

/** An argument with its choices, where the error for another one must not repeat it: it may hold a value. */
function offered(name: string, choices: readonly string[]): Argument {
	return new Argument(name).choices(choices).argParser((text) => text);
}

function boot(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'boot',
			summary: 'start the local stack with the machine',
			description:
				'Start the local stack with the machine, by a systemd user unit; status says what is missing.',
			examples: ['procdeck boot enable', 'procdeck boot status', 'procdeck boot disable'],
		},
		async () => (await import('../boot.ts')).boot,
	)
		.addArgument(new Argument('<action>').choices(['enable', 'disable', 'status']))
		.option('--server <name>', 'this local server only');
}

function completion(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'completion',
			summary: 'a script that completes verbs, flags, types and servers',
			examples: [
				'source <(procdeck completion bash)',
				'procdeck completion zsh > ~/.zfunc/_procdeck',
				'procdeck completion fish > ~/.config/fish/completions/procdeck.fish',
			],
		},
		async () => (await import('../completion.ts')).completion,
	).addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']));
}

function init(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'init',
			summary: 'write a first procdeck.yml for the folder',
			description:
				'Write a procdeck.yml with comments for a folder with a Procfile. At a terminal it asks for servers and environment;\n' +
				'otherwise flags say them. A file that is there is never overwritten: beside it -e ENV begins one of its own.',
			examples: [
				'procdeck init',
				'procdeck init -e production --server web1=deploy@203.0.113.5 --server jobs1=203.0.113.6',
			],
		},
		async () => (await import('../init.ts')).init,
	)
		.addOption(
			new Option('--server <name=host>', 'a server as NAME=[USER@]HOST[:PORT]; again for more').argParser(
				(text: string, before: string[] = []) => [...before, text],
			),
		)
		.option('--stack <name>', 'what the stack is called, by default as the folder')
		.option('--path <path>', 'where the code is on the servers, by default /srv/STACK')
		.option('--yes', 'ask nothing');
}

/** The verbs around the stack. */
export const toolVerbs: VerbTable = { init, env, run, ssh, boot, completion };

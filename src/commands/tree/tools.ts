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
export const toolVerbs: VerbTable = { init, run, ssh, boot, completion };

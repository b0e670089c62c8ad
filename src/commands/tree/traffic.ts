import { Argument, type Command, Option } from 'commander';
import { type Finish, milliseconds, portNumber, type VerbTable, verb } from './verb.ts';

function serve(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'serve <server>',
			summary: "switch a server's web traffic on or off",
			description:
				"Switch a server's web traffic on or off. Off drains: no new requests, and those that run finish, for as long as the\n" +
				"stack file's drain_timeout says. On waits until an instance passes the health check.",
			examples: ['procdeck serve web1 off', 'procdeck serve web1 on'],
		},
		async () => (await import('../serve.ts')).serve,
	)
		.addArgument(new Argument('<how>', 'on or off').choices(['on', 'off']))
		.option('--force', 'off: also the last server that is serving')
		.addOption(new Option('--timeout <seconds>', 'so long may it drain').argParser(milliseconds));
}

function lb(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'lb',
			summary: 'the load balancer: show it, add it to a server, remove it',
			description:
				'Show the load balancer and the web traffic of each server. Add one: HAProxy on a server that systemd runs, where it\n' +
				'is installed if need be and stands apart from any other, or a proxy of our own on a local server. What web traffic\n' +
				'it begins with is that of the servers on which web is wanted. Remove it: only what was added goes.',
			examples: [
				'procdeck lb',
				'procdeck lb add web1',
				'procdeck lb add local --port 3000',
				'procdeck lb remove',
			],
		},
		async () => (await import('../lb.ts')).lb,
	)
		.addArgument(new Argument('[action]').choices(['add', 'remove']))
		.argument('[server]', 'add: the server that it runs on')
		.addOption(
			new Option('--port <port>', 'add: where it listens, by default 80, on a local server 8080').argParser(
				portNumber,
			),
		)
		.option('--yes', 'do not ask');
}

/** The verbs about web traffic. */
export const trafficVerbs: VerbTable = { serve, lb };

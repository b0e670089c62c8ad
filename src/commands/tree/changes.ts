import { Argument, type Command, Option } from 'commander';
import {
	countFrom,
	type Finish,
	portNumber,
	type VerbTable,
	verb,
	withServerChoice,
	withWaiting,
} from './verb.ts';

const FORMATION = '-m, --formation <formation>';

function up(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'up',
			summary: 'run the stack in the foreground, with its logs',
			description:
				'Run the stack in the foreground, with its logs. Ctrl-C stops it in order, a second one kills.\n' +
				'With -m, types that are not named are 0, all=N is for the rest, and the counts are for this run only.',
			examples: ['procdeck up', 'procdeck up -m web=2,worker=1', 'procdeck up -m all=1 --exit-on-failure'],
		},
		async () => (await import('../run-up.ts')).runUp,
	)
		.option(FORMATION, 'how many of each type, such as web=2,worker=1')
		.option('--exit-on-failure', 'end all when one crashes, instead of restarting it');
}

function start(finish: Finish): Command {
	return withWaiting(
		withServerChoice(
			verb(
				finish,
				{
					usage: 'start [types...]',
					summary: 'start the local stack in the background',
					description:
						'Start the local stack in the background, or the types and instances that are named: that takes back a stop.\n' +
						'With -m the formation is replaced.',
					examples: ['procdeck start', 'procdeck start worker web.2', 'procdeck start -m web=2,worker=1'],
				},
				async () => (await import('../start.ts')).start,
			).option(FORMATION, 'replaces the formation: how many of each type, such as web=2,worker=1'),
		),
	);
}

function down(finish: Finish): Command {
	return withWaiting(
		withServerChoice(
			verb(
				finish,
				{
					usage: 'down',
					summary: 'stop everything here, and the supervisor',
					description:
						'Stop everything of this stack here, and its supervisor. The formation is kept; nothing starts at boot until start.',
					examples: ['procdeck down', 'procdeck down --timeout 20'],
				},
				async () => (await import('../down.ts')).down,
			),
		),
	);
}

function scale(finish: Finish): Command {
	return withWaiting(
		withServerChoice(
			verb(
				finish,
				{
					usage: 'scale [targets...]',
					summary: 'set how many of each type are wanted; without arguments show it',
					examples: ['procdeck scale worker=3', 'procdeck scale web+1 worker-2', 'procdeck scale'],
				},
				async () => (await import('../scale.ts')).scale,
			),
		),
	);
}

function restart(finish: Finish): Command {
	return withWaiting(
		withServerChoice(
			verb(
				finish,
				{
					usage: 'restart [types...]',
					summary: 'restart instances, one after the other',
					description:
						'Restart all instances, or the types and instances that are named. Where several run, they go one after the other;\n' +
						'what was stopped starts, what is paused stays paused.',
					examples: ['procdeck restart', 'procdeck restart web worker.2', 'procdeck restart --stale'],
				},
				async () => (await import('../restart.ts')).restart,
			)
				.option('--stale', 'only what runs with older code, command or environment')
				.option('--at-once', 'all at the same time'),
		),
	);
}

function move(finish: Finish): Command {
	return withWaiting(
		verb(
			finish,
			{
				usage: 'move <type>',
				summary: 'move instances of a type to another server',
				description:
					'Start instances on one server, wait until they have settled, then stop as many on the other.\n' +
					'If they do not settle, both servers go on as before.',
				examples: [
					'procdeck move worker --from web1 --to jobs1',
					'procdeck move worker --from a --to b --count 2',
				],
			},
			async () => (await import('../move.ts')).move,
		)
			.requiredOption('--from <server>', 'the server that gives them up')
			.requiredOption('--to <server>', 'the server that takes them')
			.addOption(new Option('--count <n>', 'how many; all by default').argParser(countFrom(1))),
	);
}

function stop(finish: Finish): Command {
	return withWaiting(
		withServerChoice(
			verb(
				finish,
				{
					usage: 'stop [types...]',
					summary: 'stop instances; the wanted counts stay',
					description:
						'Stop everything, or the types and instances that are named, until start or a boot. The wanted counts stay.',
					examples: ['procdeck stop worker', 'procdeck stop web.2', 'procdeck stop'],
				},
				async () => (await import('../stop.ts')).stop,
			),
		),
	);
}

function pause(finish: Finish): Command {
	return withWaiting(
		withServerChoice(
			verb(
				finish,
				{
					usage: 'pause [types...]',
					summary: 'want 0 of a type, and keep the count',
					description:
						'Want 0 of all types, or of those that are named. The count is kept, also over a reboot, until resume.',
					examples: ['procdeck pause worker', 'procdeck resume worker'],
				},
				async () => (await import('../pause.ts')).pause,
			),
		),
	);
}

function resume(finish: Finish): Command {
	return withWaiting(
		withServerChoice(
			verb(
				finish,
				{
					usage: 'resume [types...]',
					summary: 'bring back what was paused',
					examples: ['procdeck resume worker', 'procdeck resume'],
				},
				async () => (await import('../pause.ts')).resume,
			),
		),
	);
}

function undo(finish: Finish): Command {
	return withWaiting(
		verb(
			finish,
			{
				usage: 'undo',
				summary: 'take back your own last change',
				description:
					'Take back your own last scale, move, serve, pause or stop; once more goes further back.\n' +
					'It is refused where somebody else has changed the same since. What can never be taken back any more is named and\n' +
					'passed over, such as a change of a type that left the Procfile.',
				examples: ['procdeck undo', 'procdeck history -n 10'],
			},
			async () => (await import('../undo.ts')).undo,
		),
	);
}

function server(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'server',
			summary: 'add a server to the stack, or remove one',
			description:
				'Add a server over SSH: look at it, show what will be done, and do that: install `packages:`, make the user that\n' +
				'instances run as, write the units, start what `scale:` says, and write the server into the stack file, whose\n' +
				'comments are kept. Where it fails it goes on there when it is done again. --provision makes the machine first.\n' +
				'Remove one: drain its web traffic, stop or move its instances, and take away what Procdeck put there, there and\n' +
				'in the stack file. The last server that is serving is refused without --force.',
			examples: [
				'procdeck server add jobs1 deploy@203.0.113.5',
				'procdeck server add jobs2 jobs2.internal:2222 --scope user --yes',
				'procdeck server add jobs3 --provision ./bin/new-machine',
				'procdeck server remove jobs1 --move-to jobs2',
			],
		},
		async () => (await import('../server.ts')).server,
	)
		.addArgument(new Argument('<action>').choices(['add', 'remove']))
		.argument('<server>', 'its name in the stack')
		.argument('[host]', 'add: where it is: [USER@]HOST[:PORT], HOST an address or a Host of ~/.ssh/config')
		.addOption(
			new Option('--scope <scope>', "add: whose systemd, by default the system's").choices([
				'system',
				'user',
			]),
		)
		.option('--address <address>', 'add: where the load balancer reaches it, by default HOST')
		.addOption(new Option('--port-base <port>', 'add: the first PORT of its instances').argParser(portNumber))
		.option('--provision <command>', 'add: makes the machine; the last line that it prints names the host')
		.option('--move-to <server>', 'remove: its instances go to this one')
		.option('--stop', 'remove: its instances are stopped, without asking which')
		.option('--keep', 'remove: leave everything on the server as it is')
		.option('--force', 'remove: the last server that is serving too')
		.option('--yes', 'do not ask');
}

function sync(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'sync',
			summary: 'write what on the servers differs from the files',
			description:
				'Write units, scripts and the environment where they differ from what the files say, after showing what that is.\n' +
				'What was changed by hand is put right, and what is left of types that have left the Procfile is removed.\n' +
				'Nothing is restarted.',
			examples: ['procdeck sync', 'procdeck sync --server web1 --yes'],
		},
		async () => (await import('../sync.ts')).sync,
	)
		.option('--server <name>', 'this server only')
		.option('--yes', 'do not ask');
}

/** The verbs that change what runs. */
export const changeVerbs: VerbTable = {
	up,
	start,
	down,
	scale,
	restart,
	move,
	stop,
	pause,
	resume,
	undo,
	server,
	sync,
};

import type { Command } from 'commander';
import { type Finish, type VerbTable, verb } from './verb.ts';

function supervisor(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'supervisor <server>',
			summary: 'be the supervisor of a local server',
			examples: ['procdeck supervisor local --boot'],
		},
		async () => (await import('../supervisor.ts')).supervisor,
	).option('--boot', 'started with the machine');
}

function balancer(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'balancer <folder>',
			summary: 'be the load balancer that is configured in a folder',
			examples: ['procdeck balancer ~/.local/state/procdeck/shop.development.local.0123456789/balancer'],
		},
		async () => (await import('../balancer.ts')).balancer,
	);
}

function complete(finish: Finish): Command {
	const command: Command = verb(
		finish,
		{
			usage: 'complete [words...]',
			summary: 'what the last of the words could become, a line each',
			examples: ['procdeck complete -- sc'],
		},
		async () => (await import('../complete.ts')).completer(command.parent!),
	).passThroughOptions();
	return command;
}

/** What procdeck, systemd and the shells call, not people. */
export const hiddenVerbs: VerbTable = { supervisor, balancer, complete };

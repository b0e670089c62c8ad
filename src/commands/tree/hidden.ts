import type { Command } from 'commander';
import { type Finish, verb } from './verb.ts';

/** What procdeck, systemd and the shells call, not people. */
export function hiddenVerbs(finish: Finish): Command[] {
	const supervisor = verb(
		finish,
		{
			usage: 'supervisor <server>',
			summary: 'be the supervisor of a local server',
			examples: ['procdeck supervisor local --boot'],
		},
		async () => (await import('../supervisor.ts')).supervisor,
	).option('--boot', 'started with the machine');
	const complete: Command = verb(
		finish,
		{
			usage: 'complete [words...]',
			summary: 'what the last of the words could become, a line each',
			examples: ['procdeck complete -- sc'],
		},
		async () => (await import('../complete.ts')).completer(complete.parent!),
	).passThroughOptions();
	return [supervisor, complete];
}

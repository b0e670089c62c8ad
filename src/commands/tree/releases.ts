import { type Command, Option } from 'commander';
import { countFrom, type Finish, milliseconds, type VerbTable, verb } from './verb.ts';

function release(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'release',
			summary: "put the app's code on the servers",
			description:
				"Put the app's code on the servers: what git has committed, or the folder where it is in no repository. Only what\n" +
				'changed is copied. `setup:` prepares it on each server and the `release:` entry of the Procfile runs once; then all\n' +
				'servers switch to it and restart what runs, web drained. What fails brings back what was there, everywhere.\n' +
				'`release list` lists the releases of each server, `release rollback` goes back to an earlier one.',
			examples: [
				'procdeck release',
				'procdeck release v1.4.2 --yes',
				'procdeck release --server jobs2',
				'procdeck release list',
				'procdeck release rollback',
			],
		},
		async () => (await import('../release.ts')).release,
	)
		.argument('[what]', 'a revision (by default HEAD), list, or rollback')
		.argument('[id]', 'rollback: the release to go back to, by default the one before')
		.option('--revision <revision>', 'as the argument, for a revision that is called list or rollback')
		.option('--dirty', 'the folder with its changes that are not committed')
		.addOption(
			new Option('--server <name>', 'only this server; again for more').argParser(
				(text: string, before: string[] = []) => [...before, text],
			),
		)
		.addOption(
			new Option('--parallel <count>', 'so many servers at a time, by default 10').argParser(countFrom(1)),
		)
		.addOption(
			new Option('--timeout <seconds>', 'how long the restart may take to settle').argParser(milliseconds),
		)
		.option('--yes', 'do not ask');
}

/** The verbs about the app's code on the servers. */
export const releaseVerbs: VerbTable = { release };

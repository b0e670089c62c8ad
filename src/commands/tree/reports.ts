import { type Command, Option } from 'commander';
import { countFrom, type Finish, type VerbTable, verb } from './verb.ts';

const SINCE = 'from then on: 30s, 5m, 2h, 1d, 14:30 or 2026-11-22T14:30';

function ps(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'ps',
			summary: 'what runs, a row per instance',
			examples: ['procdeck ps', 'procdeck ps --watch', "procdeck ps --json | jq '.servers[].processes'"],
		},
		async () => (await import('../ps.ts')).ps,
	)
		.option('--server <name>', 'of this server only')
		.option('--watch', 'go on showing it until Ctrl-C');
}

function logs(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'logs [types...]',
			summary: 'what the instances wrote',
			description:
				'What all instances wrote, or the types and instances that are named: the last 100 lines by default.',
			examples: [
				'procdeck logs -f',
				'procdeck logs web worker.2 -n 500',
				"procdeck logs --since 2h --grep 'ERROR|WARN'",
			],
		},
		async () => (await import('../logs.ts')).logs,
	)
		.option('-f, --follow', 'go on with what is written')
		.addOption(new Option('-n, --lines <n>', 'the last n lines').argParser(countFrom(0)))
		.option('--since <time>', SINCE)
		.option('--grep <regex>', 'only lines that match')
		.option('--server <name>', 'of this server only');
}

function check(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'check [file]',
			summary: 'validate the Procfile, the env files and the stack file',
			examples: ['procdeck check', 'procdeck check Procfile.dev --strict'],
		},
		async () => (await import('../run-check.ts')).runCheck,
	).option('--strict', 'warnings count as errors');
}

function servers(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'servers',
			summary: 'the servers of the stack',
			examples: ['procdeck servers', 'procdeck servers --json'],
		},
		async () => (await import('../servers.ts')).servers,
	);
}

function stacks(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'stacks',
			summary: 'the local stacks that have a supervisor or state here',
			examples: ['procdeck stacks'],
		},
		async () => (await import('../stacks.ts')).stacks,
	);
}

function history(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'history',
			summary: 'who changed what, when, with what outcome',
			description:
				'Who changed what, when, with what outcome, oldest first: the last 50 changes, or with --since all from then on.\n' +
				'A server keeps its last 500.',
			examples: ['procdeck history', 'procdeck history -n 10', 'procdeck history --since 2h'],
		},
		async () => (await import('../history.ts')).history,
	)
		.addOption(new Option('-n, --count <n>', 'the last n changes, 50 by default').argParser(countFrom(1)))
		.option('--since <time>', SINCE);
}

function doctor(finish: Finish): Command {
	return verb(
		finish,
		{
			usage: 'doctor',
			summary: 'what works on the servers, what does not, and how to mend it',
			description:
				'What works on the servers, what does not, and how to mend it; and what a reboot would start.\n' +
				"With --fix it does, after showing it, what of that can be taken back and touches nothing of anybody else's, and looks\n" +
				'again. It creates the user and the folder, writes drift, enables lingering and the boot, keeps the journal, lets the\n' +
				'user read it, sets the clock by the network, and mends the load balancer; the rest is left to you.',
			examples: [
				'procdeck doctor',
				'procdeck doctor web1',
				'procdeck doctor --fix',
				"procdeck doctor --json | jq '.findings[] | select(.ok | not)'",
			],
		},
		async () => (await import('../doctor.ts')).doctor,
	)
		.argument('[server]', 'this server only')
		.option('--fix', 'mend what can be mended safely')
		.option('--yes', 'with --fix: do not ask');
}

/** The verbs that tell something and change nothing. */
export const reportVerbs: VerbTable = { ps, logs, servers, stacks, history, check, doctor };

import { userInfo } from 'node:os';
import type { Link } from '../link/link.ts';
import type { ChangeRow } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import { launcherPath } from '../server/embedded/launch-daemon.ts';
import { type BootStatus, bootStatus, disableBoot, enableBoot } from '../session/boot.ts';
import type { BootUnit } from '../session/boot-unit.ts';
import { coveredServers } from '../session/choose-servers.ts';
import { type Context, requireChangesAllowed } from './context.ts';
import type { Globals } from './globals.ts';
import { isEmbedded } from './open-server.ts';
import { openStackOrRemains } from './open-stack.ts';
import { reportChanges } from './output/changes.ts';
import type { Output } from './output/output.ts';
import { table } from './output/table.ts';

export interface BootFlags {
	readonly server?: string;
}

/** Whether the local stack starts with the machine: enables, disables or tells. */
export async function boot(context: Context, [action]: readonly string[], flags: BootFlags): Promise<number> {
	const { output } = context;
	if (action !== 'status') requireChangesAllowed(context, `boot ${action}`);
	const { localLink } = await import('../link/local.ts');
	const stack = await openStackOrRemains(context);
	const servers = coveredServers(stack.servers, flags.server).filter(isEmbedded);
	if (servers.length === 0) throw systemdBoots(stack, flags);
	if (action === 'status') return report(output, await statuses(localLink, stack, servers));
	const rows: ChangeRow[] = [];
	for (const server of servers) rows.push(await set(context, localLink, stack, server, action === 'enable'));
	const exitCode = reportChanges(context, stack, rows, '');
	if (action === 'enable') tellLingering(output, await statuses(localLink, stack, servers));
	return exitCode;
}

/** Where systemd runs the instances there is nothing to be enabled. */
function systemdBoots({ servers }: Stack, { server }: BootFlags): ProcdeckError {
	const names = server ?? servers.map(({ name }) => name).join(', ');
	return new ProcdeckError(
		'usage',
		`on ${names} systemd starts with the machine what is wanted there: nothing has to be enabled`,
		'`procdeck scale` shows what is wanted, `procdeck down` keeps it from starting',
	);
}

async function set(
	{ globals }: Context,
	link: Link,
	stack: Stack,
	{ name }: ServerDefinition,
	on: boolean,
): Promise<ChangeRow> {
	const before = await bootStatus(link, stack, name, userInfo().username);
	if (on) {
		await enableBoot(link, bootUnit(globals, stack, name));
	} else if (before.enabled) await disableBoot(link, stack, name);
	const outcome = before.enabled === on ? 'unchanged' : 'done';
	return { server: name, type: null, from: word(before.enabled), to: word(on), outcome, reason: null };
}

/** What starts a local server's supervisor with the machine as this command would. */
export function bootUnit({ procfile }: Globals, stack: Stack, server: string): BootUnit {
	const stateHome = process.env.XDG_STATE_HOME ?? null;
	return { stack, server, program: [process.execPath, launcherPath()], procfile, stateHome };
}

function word(on: boolean): string {
	return on ? 'on' : 'off';
}

function statuses(link: Link, stack: Stack, servers: readonly ServerDefinition[]): Promise<BootStatus[]> {
	return Promise.all(servers.map(({ name }) => bootStatus(link, stack, name, userInfo().username)));
}

function report(output: Output, rows: readonly BootStatus[]): number {
	if (output.json) output.value({ boot: rows });
	else {
		const yes = (value: boolean | null) => (value === null ? 'not known' : value ? 'yes' : 'no');
		const titles = ['SERVER', 'ENABLED', 'LINGERING', 'RUNNING', 'UNIT'];
		const cells = rows.map((row) => [
			row.server,
			yes(row.enabled),
			yes(row.lingering),
			yes(row.running),
			row.unit,
		]);
		output.print(
			table(
				titles.map((title) => ({ title })),
				cells,
				output.paint,
			),
		);
		tellLingering(output, rows);
	}
	return 0;
}

/** Without lingering the user's units start at the first login, not with the machine. */
function tellLingering(output: Output, rows: readonly BootStatus[]): void {
	if (!rows.some((row) => row.enabled && row.lingering !== true)) return;
	output.note(
		`to start before anybody logs in, and go on after logout: loginctl enable-linger ${userInfo().username} (with sudo where that is refused)`,
	);
}

import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CommandResult, Link } from '../link/link.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { Stack } from '../model/stack.ts';
import { type BootUnit, bootUnitName, bootUnitText } from './boot-unit.ts';

/** What is known of the start with the machine. */
export interface BootStatus {
	readonly server: string;
	readonly unit: string;
	readonly enabled: boolean;
	/** Whether the user's units run from boot on, and not only from login to logout; null: not known. */
	readonly lingering: boolean | null;
	/** Whether the supervisor runs as this unit now. */
	readonly running: boolean;
}

const TIMEOUT_MS = 20_000;

/** @throws ProcdeckError `refused` without a systemd user manager, or in its own words. */
export async function bootStatus(
	link: Link,
	stack: Stack,
	server: string,
	user: string,
): Promise<BootStatus> {
	await requireUserManager(link);
	const unit = bootUnitName(stack, server);
	const [enabled, active, linger] = await Promise.all([
		systemctl(link, 'is-enabled', unit),
		systemctl(link, 'is-active', unit),
		link.run(['loginctl', 'show-user', user, '--property=Linger', '--value'], { timeoutMs: TIMEOUT_MS }),
	]);
	return {
		server,
		unit,
		enabled: enabled.stdout.trim() === 'enabled',
		lingering: linger.exitCode === 0 ? linger.stdout.trim() === 'yes' : null,
		running: active.stdout.trim() === 'active',
	};
}

/** Makes the local server's supervisor start with the machine. */
export async function enableBoot(link: Link, boot: BootUnit): Promise<void> {
	await requireUserManager(link);
	const unit = bootUnitName(boot.stack, boot.server);
	await link.put(unitPath(unit), bootUnitText(boot), 0o644);
	await require(systemctl(link, 'daemon-reload'));
	await require(systemctl(link, 'enable', unit));
}

/** Takes away what {@link enableBoot} made; what runs goes on. */
export async function disableBoot(link: Link, stack: Stack, server: string): Promise<void> {
	await requireUserManager(link);
	const unit = bootUnitName(stack, server);
	await require(systemctl(link, 'disable', unit));
	await rm(unitPath(unit), { force: true });
	await require(systemctl(link, 'daemon-reload'));
}

function unitPath(unit: string): string {
	const { XDG_CONFIG_HOME } = process.env;
	return join(XDG_CONFIG_HOME || join(homedir(), '.config'), 'systemd', 'user', unit);
}

function systemctl(link: Link, ...args: string[]): Promise<CommandResult> {
	return link.run(['systemctl', '--user', ...args], { timeoutMs: TIMEOUT_MS });
}

async function require(running: Promise<CommandResult>): Promise<void> {
	const { exitCode, stderr } = await running;
	if (exitCode !== 0)
		throw new ProcdeckError('refused', `systemd refused: ${stderr.trim() || 'no reason given'}`);
}

async function requireUserManager(link: Link): Promise<void> {
	const { exitCode, stderr } = await systemctl(link, 'show', '--property=Version');
	if (exitCode === 0) return;
	throw new ProcdeckError(
		'refused',
		`there is no systemd user manager: ${stderr.trim()}`,
		'log in through a session of your own (not su), or start the stack from your system: `procdeck start`',
	);
}

import { isDeepStrictEqual } from 'node:util';
import type { BalancerConfiguration } from '../../model/balancer.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { lineDiff } from '../../model/line-diff.ts';
import type { SetupItem, SetupPlan } from '../../model/setup.ts';
import type { BalancerSetup } from '../balancer.ts';
import { resolveAddresses } from './addresses.ts';
import { configurationText, readConfiguration, type Written } from './configuration-text.ts';
import { alertsIn, type BalancerFiles, type Control } from './control.ts';
import { installCommand, installPackages, missingPackages } from './packages.ts';
import { requirePort } from './port.ts';
import { reload, restart } from './reload.ts';
import { unusable } from './seen.ts';
import type { BalancerSession } from './session.ts';
import { unitText } from './unit-file.ts';
import { installUnit, removeBalancer } from './unit-install.ts';

/** Whoever is older cannot be told what the configuration says. */
const OLDEST: readonly [number, number] = [2, 4];

export interface BalancerSetupContext {
	/** The name of the balancer's server. */
	readonly server: string;
	/** @throws ProcdeckError `unreachable`, `refused` */
	readonly session: () => Promise<BalancerSession>;
	/** Called when something was written or removed. */
	readonly onChange: () => Promise<void>;
}

/** An HAProxy of the stack's own on a server whose systemd runs it. */
export function haproxySetup(context: BalancerSetupContext): BalancerSetup {
	return {
		async plan(configuration) {
			const session = await context.session();
			return (await look(context, session, configuration)).plan;
		},
		async write(planned, configuration) {
			const session = await context.session();
			await write(context, session, planned, configuration).finally(context.onChange);
		},
		async check() {
			return checkFile(await context.session());
		},
		async remove() {
			const session = await context.session();
			const control = await session.control();
			await control.hold(() => removeBalancer(session)).finally(context.onChange);
		},
	};
}

interface Look {
	readonly plan: SetupPlan;
	readonly files: BalancerFiles;
	readonly written: Written;
	/** And can be asked. */
	readonly runs: boolean;
}

async function look(
	{ server }: BalancerSetupContext,
	session: BalancerSession,
	configuration: BalancerConfiguration,
): Promise<Look> {
	requireVersion(session, server);
	const [addresses, files] = await Promise.all([
		resolveAddresses(session.link, configuration.backends),
		session.files(),
	]);
	await requirePort(session, server, configuration.settings.port);
	const { facts, layout } = session;
	const isActive = files.activeState === 'active';
	const silence = isActive ? (await session.ask()).failure : null;
	const before = files.config === null ? null : readConfiguration(files.config);
	const isUser = layout.scope === 'user';
	const user = isUser || !(facts.hasHaproxyUser || facts.haproxy === null) ? null : 'haproxy';
	const machine = { socket: layout.socket, user, hasIpv6: facts.hasIpv6, addresses };
	const written = { configuration, machine };
	const items = [
		...packageItems(session),
		...fileItem('its configuration', layout.configPath, files.config, configurationText(written)),
		...fileItem('its unit', layout.unitPath, files.unit, unitText(layout, session.haproxy)),
		...runItems(session, files),
		...(silence === null ? [] : [item(`${unusable(silence)}; it is started again`, [])]),
	];
	return { plan: { isSetUp: before !== null, items }, files, written, runs: isActive && silence === null };
}

function requireVersion({ facts: { haproxy, version } }: BalancerSession, server: string): void {
	const [major, minor] = version;
	if (haproxy === null || major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
	throw new ProcdeckError(
		'refused',
		`${server} has HAProxy ${version.join('.')}, and ${OLDEST.join('.')} or newer is needed`,
	);
}

function item(what: string, paths: readonly string[], diff: readonly string[] = []): SetupItem {
	return { type: null, what, action: 'write', paths, diff };
}

function packageItems(session: BalancerSession): SetupItem[] {
	const packages = missingPackages(session.facts);
	if (packages.length === 0) return [];
	const command = installCommand(session, packages).join(' ');
	return [item(`${packages.join(' and ')} must be installed: ${command}`, [])];
}

function fileItem(name: string, path: string, before: string | null, text: string): SetupItem[] {
	if (before === text) return [];
	const what = before === null ? `${name} is missing` : `${name} differs`;
	return [item(what, [path], lineDiff(before ?? '', text))];
}

function runItems({ layout: { unit } }: BalancerSession, files: BalancerFiles): SetupItem[] {
	// What is missing is started once it is there.
	if (files.unit === null) return [];
	return [
		...(files.startsAtBoot ? [] : [item(`${unit} does not start with the machine`, [])]),
		...(files.activeState === 'active' ? [] : [item(`${unit} does not run`, [])]),
	];
}

async function write(
	context: BalancerSetupContext,
	session: BalancerSession,
	planned: SetupPlan,
	configuration: BalancerConfiguration,
): Promise<void> {
	const first = await look(context, session, configuration);
	if (!isDeepStrictEqual(first.plan.items, planned.items)) throw changedMeanwhile();
	const packages = missingPackages(session.facts);
	if (packages.length > 0) {
		await installPackages(session, packages);
		await session.readFactsAgain();
	}
	const control = await session.control();
	await control.hold(async () => {
		const now = await look(context, session, configuration);
		if (!isDeepStrictEqual(now.files, first.files)) throw changedMeanwhile();
		await putInPlace(session, control, now);
	});
}

/** Where it does not run with what is new, what was there before is there again. */
async function putInPlace(
	session: BalancerSession,
	control: Control,
	{ files, written, runs }: Look,
): Promise<void> {
	const text = configurationText(written);
	const isOther = files.config !== text;
	if (isOther) await control.put(text, { isChecked: true });
	try {
		const unit = unitText(session.layout, session.haproxy);
		if (files.unit !== unit || !files.startsAtBoot) await installUnit(session, unit);
		if (!runs) await restart(session, control, written);
		else if (isOther) await reload(session, control, written);
	} catch (error) {
		if (files.config === null) await removeBalancer(session);
		else if (isOther) await control.back();
		throw error;
	}
}

const CHECK_TIMEOUT_MS = 20_000;

/** What HAProxy says of the file that it would begin with. */
async function checkFile(session: BalancerSession): Promise<string | null> {
	const { haproxy, layout, link } = session;
	const command = session.elevated('/bin/sh', '-c', '"$1" -c -q -f "$2"', 'sh', haproxy, layout.configPath);
	const { exitCode, stdout, stderr } = await link.run(command, { timeoutMs: CHECK_TIMEOUT_MS });
	if (exitCode === 0) return null;
	const alerts = alertsIn(stderr);
	return alerts.length > 0 ? alerts.join('; ') : (stderr || stdout).trim() || 'it took too long';
}

function changedMeanwhile(): ProcdeckError {
	return new ProcdeckError(
		'conflict',
		'somebody has changed what is there meanwhile',
		'do it again to see what it is now',
	);
}

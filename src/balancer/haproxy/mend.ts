import { lookUp } from '../../model/look-up.ts';
import { addMissing, removeServers } from './backends-change.ts';
import { configurationText, type Written } from './configuration-text.ts';
import type { BalancerFiles, Control } from './control.ts';
import { isCertificateRenewed, type RuntimeDrift, runtimeDrift } from './drift.ts';
import { serverName } from './names.ts';
import { type Present, presentConfiguration } from './present.ts';
import { reload, restart } from './reload.ts';
import type { BalancerSession } from './session.ts';
import type { Traffic } from './traffic.ts';
import { unitText } from './unit-file.ts';
import { installUnit } from './unit-install.ts';

/** Makes files, systemd and HAProxy what the configuration says. */
export async function mend(session: BalancerSession, traffic: Traffic): Promise<void> {
	const control = await session.control();
	const { written, gone } = await control.hold(async () => {
		const files = await control.files();
		const present = presentConfiguration(files);
		await mendFiles(session, control, present, files);
		const gone = kindsOf(runtimeDrift(present, await traffic.state()), 'stranger', 'elsewhere');
		await traffic.close(gone, present.configuration.settings);
		return { written: present, gone };
	});
	await traffic.drained(gone, written.configuration.settings.drainTimeoutMs);
	await control.hold(async () => {
		const present = presentConfiguration(await control.files());
		const drift = runtimeDrift(present, await traffic.state());
		await removeServers(session, traffic, control, present, kindsOf(drift, 'stranger', 'elsewhere'));
		await addMissing(session, traffic, control, present);
		await traffic.close(kindsOf(drift, 'open'), present.configuration.settings);
	});
	await traffic.open(onNames(written), { isFresh: false });
}

/** Nobody is told to run what was not put right before. */
async function mendFiles(
	session: BalancerSession,
	control: Control,
	present: Present,
	files: BalancerFiles,
): Promise<void> {
	const text = configurationText(present);
	const isEdited = files.config !== text;
	if (isEdited) await control.put(text, { isChecked: true });
	const unit = unitText(session.layout, session.haproxy);
	if (files.unit !== unit || !files.startsAtBoot) await installUnit(session, unit);
	const { state } = files.activeState === 'active' ? await session.ask() : { state: null };
	if (state === null) return restart(session, control, present);
	const hasOtherSettings = runtimeDrift(present, state).some(({ kind }) => kind === 'settings');
	if (isEdited || hasOtherSettings || isCertificateRenewed(files, state))
		await reload(session, control, present);
}

function kindsOf(drift: readonly RuntimeDrift[], ...kinds: readonly RuntimeDrift['kind'][]): string[] {
	return drift.flatMap((each) => (kinds.includes(each.kind) && 'name' in each ? [each.name] : []));
}

function onNames({ configuration }: Written): string[] {
	const { backends, serving } = configuration;
	return backends.filter(({ server }) => lookUp(serving, server) === true).map(serverName);
}

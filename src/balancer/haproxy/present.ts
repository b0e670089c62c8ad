import { ProcdeckError } from '../../model/errors.ts';
import { settingsMark } from './configuration-lines.ts';
import { configurationText, readConfiguration, type Written } from './configuration-text.ts';
import type { BalancerFiles, Control } from './control.ts';
import { reload } from './reload.ts';
import type { BalancerSession } from './session.ts';

/** What a balancer is to be, by its files. */
export interface Present extends Written {
	/** Nobody but Procdeck has written its configuration. */
	readonly isIntact: boolean;
}

/** Where the file is broken, what was written before counts; null where nothing says what it is to be. */
export function findConfiguration({ config, previous }: BalancerFiles): Present | null {
	if (config === null) return null;
	const read = readConfiguration(config);
	if (read !== null) return read;
	const before = previous === null ? null : readConfiguration(previous);
	return before === null ? null : { ...before, isIntact: false };
}

/** @throws ProcdeckError `refused` where nothing says what it is to be */
export function presentConfiguration(files: BalancerFiles): Present {
	const present = findConfiguration(files);
	if (present !== null) return present;
	const words =
		files.config === null ? 'there is no load balancer' : 'nobody knows what the load balancer is to be';
	throw new ProcdeckError('refused', words, '`procdeck lb add SERVER` sets one up');
}

/**
 * Makes the file say it. Where somebody else had written into that, HAProxy may run with it, and reads it again.
 * @throws ProcdeckError `refused`, `unreachable`
 */
export async function keepConfiguration(
	session: BalancerSession,
	control: Control,
	present: Present,
	written: Written,
): Promise<void> {
	const text = configurationText(written);
	if (present.isIntact && text === configurationText(present)) return;
	// HAProxy has taken the same settings before, and servers are but names and numbers of ours.
	const isChecked = !present.isIntact || settingsMark(written) !== settingsMark(present);
	await control.put(text, { isChecked });
	if (present.isIntact) return;
	await reload(session, control, written).catch(async (error) => {
		await control.back();
		throw error;
	});
}

/** Does some work with a balancer while nobody else changes it. */
export async function holding<T>(
	session: BalancerSession,
	work: (control: Control, present: Present) => Promise<T>,
): Promise<T> {
	const control = await session.control();
	return control.hold(async (text) => {
		const read = text === null ? null : readConfiguration(text);
		return work(control, read ?? presentConfiguration(await control.files()));
	});
}

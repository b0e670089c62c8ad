import type { BalancerObservation } from '../../model/balancer.ts';
import type { Written } from './configuration-text.ts';
import type { BalancerFiles } from './control.ts';
import { driftRemarks, isCertificateRenewed } from './drift.ts';
import { backendsSeen } from './observation.ts';
import { findConfiguration } from './present.ts';
import type { RuntimeState } from './runtime-state.ts';

/** What was seen of a balancer at one moment. */
export interface Seen {
	/** null: HAProxy could not be asked, and `failure` says why. */
	readonly state: RuntimeState | null;
	readonly failure: string | null;
	readonly files: BalancerFiles;
	/** What the unit is to be. */
	readonly unit: string;
}

/** In what HAProxy differs from its configuration just now; a change that is under way does that for a moment too. */
export function runtimeRemarks({ state, files }: Seen): string[] {
	const written = findConfiguration(files);
	return state === null || written === null ? [] : driftRemarks(written, state);
}

/** What is said of an HAProxy that runs and cannot be asked. */
export function unusable(failure: string | null): string {
	return `HAProxy runs, but its socket cannot be used: ${failure}`;
}

/** @param remarks those of {@link runtimeRemarks} that last */
export function toObservation(server: string, seen: Seen, remarks: readonly string[]): BalancerObservation {
	const { state, files } = seen;
	const present = findConfiguration(files);
	const { configuration = null } = present ?? {};
	return {
		kind: 'haproxy',
		server,
		...(files.config === null ? { connection: 'connected', reason: null } : connectionOf(server, seen)),
		asOf: new Date().toISOString(),
		configuration,
		backends: backendsSeen(present, state?.servers ?? null),
		drift: files.config === null && files.unit === null ? [] : [...fileRemarks(seen), ...remarks],
	};
}

/** What was known before, and why nothing newer is. */
export function unreachable(
	server: string,
	before: BalancerObservation | null,
	written: Written | null,
	reason: string,
): BalancerObservation {
	const nothing = {
		kind: 'haproxy',
		server,
		asOf: new Date().toISOString(),
		configuration: written?.configuration ?? null,
		backends: backendsSeen(written, null),
		drift: [],
	} as const;
	return { ...(before ?? nothing), connection: 'unreachable', reason };
}

function connectionOf(
	server: string,
	{ state, failure, files }: Seen,
): Pick<BalancerObservation, 'connection' | 'reason'> {
	if (state !== null) return { connection: 'connected', reason: null };
	const { activeState, subState } = files;
	if (activeState === 'active') {
		const reason = `${unusable(failure)} (\`procdeck lb add ${server}\` starts it again)`;
		return { connection: 'unreachable', reason };
	}
	return { connection: 'stopped', reason: `HAProxy does not run: its unit is ${activeState} (${subState})` };
}

function fileRemarks({ state, files, unit }: Seen): string[] {
	const present = findConfiguration(files);
	const remarks: string[] = [];
	if (files.config === null) remarks.push('its configuration is missing');
	else if (present?.isIntact !== true) remarks.push('its configuration was changed by hand');
	if (state !== null && isCertificateRenewed(files, state))
		remarks.push('its certificate was renewed, and HAProxy still serves the one before');
	if (files.unit === null) remarks.push('its unit is missing');
	else if (files.unit !== unit) remarks.push('its unit was changed by hand');
	else if (!files.startsAtBoot) remarks.push('its unit does not start with the machine');
	return remarks;
}

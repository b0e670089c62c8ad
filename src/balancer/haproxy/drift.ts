import { lookUp } from '../../model/look-up.ts';
import { endpoint, settingsMark } from './configuration-lines.ts';
import type { Written } from './configuration-text.ts';
import type { BalancerFiles } from './control.ts';
import { serverName } from './names.ts';
import { endpointOf, type RuntimeState } from './runtime-state.ts';

/** What HAProxy has otherwise than its configuration says. */
export type RuntimeDrift =
	| { readonly kind: 'settings' }
	/** Of the configuration, by name. */
	| { readonly kind: 'missing' | 'elsewhere' | 'open' | 'closed'; readonly name: string }
	/** Not of the configuration, and not on its way out. */
	| { readonly kind: 'stranger'; readonly name: string };

/**
 * Compares what runs with what its configuration says. `closed` is no drift by itself: a backend that is restarted is
 * taken out of turn.
 */
export function runtimeDrift(written: Written, { servers, description }: RuntimeState): RuntimeDrift[] {
	const { configuration, machine } = written;
	const byName = new Map(servers.map((server) => [server.name, server] as const));
	const drift: RuntimeDrift[] = description === settingsMark(written) ? [] : [{ kind: 'settings' }];
	for (const backend of configuration.backends) {
		const name = serverName(backend);
		const server = byName.get(name);
		byName.delete(name);
		const isOn = lookUp(configuration.serving, backend.server) === true;
		if (server === undefined) drift.push({ kind: 'missing', name });
		else if (endpointOf(server) !== endpoint(backend, machine)) drift.push({ kind: 'elsewhere', name });
		else if (isOn && server.admin !== 'ready') drift.push({ kind: 'closed', name });
		else if (!isOn && server.admin === 'ready') drift.push({ kind: 'open', name });
	}
	for (const server of byName.values()) drift.push({ kind: 'stranger', name: server.name });
	return drift;
}

/** Whether the file that HTTPS is served with was written after HAProxy had read it. */
export function isCertificateRenewed(
	{ certificateAt }: Pick<BalancerFiles, 'certificateAt'>,
	{ startedAt }: Pick<RuntimeState, 'startedAt'>,
): boolean {
	return certificateAt !== null && startedAt !== null && certificateAt > startedAt;
}

/** What is told to people. Backends that are held or drained are shown as such, and are no drift. */
export function driftRemarks(written: Written, state: RuntimeState): string[] {
	return runtimeDrift(written, state).flatMap((drift) => remark(drift, state) ?? []);
}

function remark(drift: RuntimeDrift, { servers }: RuntimeState): string | null {
	if (drift.kind === 'settings') return 'HAProxy runs with other settings than its configuration says';
	const { name } = drift;
	const server = servers.find((each) => each.name === name);
	switch (drift.kind) {
		case 'missing':
			return `${name} is missing in HAProxy`;
		case 'elsewhere':
			return `${name} has another address in HAProxy: ${server?.address}:${server?.port}`;
		case 'open':
			return `${name} gets traffic, though its server is Off`;
		case 'closed':
			return null;
		case 'stranger':
			return server !== undefined && server.admin !== 'ready' && server.sessions > 0
				? null
				: `${name} is in HAProxy, but not in its configuration`;
	}
}

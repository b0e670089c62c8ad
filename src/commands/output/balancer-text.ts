import type { BackendObservation, BalancerObservation } from '../../model/balancer.ts';
import { sanitize } from '../../model/sanitize.ts';
import { needsMending, servingOf } from '../../model/serving.ts';
import type { Stack } from '../../model/stack.ts';
import type { Paint } from './paint.ts';
import { table } from './table.ts';

const TITLES = ['SERVER', 'SERVING', 'HEALTHY', 'SESSIONS', 'REQUESTS', 'ERRORS', 'RESPONSE', ''];

/** The load balancer as `lb` shows it. */
export function balancerText(stack: Stack, seen: BalancerObservation | null, paint: Paint): string {
	if (seen === null)
		return `${stack.name} has no load balancer: \`procdeck lb add SERVER\` sets one up on a server.`;
	const { configuration, kind, server, connection, reason, drift } = seen;
	if (configuration === null)
		return `The load balancer is not set up on ${server}: \`procdeck lb add ${server}\`.`;
	const rows = servingOf(seen).map((row) => [
		row.server,
		row.serving ? 'on' : 'off',
		`${row.healthy}/${row.instances}`,
		String(row.sessions),
		String(row.requests),
		String(row.errors),
		row.responseMs === null ? '-' : `${Math.round(row.responseMs)} ms`,
		troubles(row.backends),
	]);
	const head = `${kind === 'haproxy' ? 'HAProxy' : 'Proxy'} on ${server}, :${configuration.settings.port} -> web`;
	const state = connection === 'connected' ? [] : [`${connection}: ${reason ?? 'it does not say why'}`];
	const mend = needsMending(seen)
		? [`\`procdeck lb add ${server}\` mends it, unless a restart is under way`]
		: [];
	const lines = [head, ...state, ...drift.map((line) => `drift: ${line}`), ...mend].map((line) =>
		sanitize(line, { colours: false }),
	);
	return [
		...lines,
		table(
			TITLES.map((title) => ({ title })),
			rows,
			paint,
		),
	].join('\n');
}

function troubles(backends: readonly BackendObservation[]): string {
	const told = backends.flatMap(({ instance, state, reason }) =>
		state === 'healthy' || state === 'off'
			? []
			: [`${instance} ${state}${reason === null ? '' : `: ${reason}`}`],
	);
	return sanitize(told.join('; '), { colours: false });
}

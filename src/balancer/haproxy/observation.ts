import type { Backend, BackendObservation, BackendState } from '../../model/balancer.ts';
import { lookUp } from '../../model/look-up.ts';
import type { Written } from './configuration-text.ts';
import { namedBackend, serverName } from './names.ts';
import type { RuntimeServer } from './runtime-state.ts';

/** The backends of a configuration, and then those that HAProxy has besides. @param servers null: nobody knows */
export function backendsSeen(
	written: Written | null,
	servers: readonly RuntimeServer[] | null,
): BackendObservation[] {
	const { backends = [], settings, serving = {} } = written?.configuration ?? {};
	const byName = new Map((servers ?? []).map((server) => [server.name, server] as const));
	const known = backends.map((backend) => {
		const name = serverName(backend);
		const isOn = lookUp(serving, backend.server) === true;
		const server = byName.get(name);
		byName.delete(name);
		return server === undefined
			? unseen(backend, isOn)
			: seen(backend, server, isOn, settings?.healthCheck ?? '/');
	});
	const strangers = [...byName.values()].map((server) => {
		const { address, port, name } = server;
		const backend = { ...(namedBackend(name) ?? { server: '', instance: name }), address, port };
		return seen(backend, server, true, settings?.healthCheck ?? '/');
	});
	return [...known, ...strangers];
}

function unseen(backend: Backend, isOn: boolean): BackendObservation {
	const nothing = { reason: null, sessions: 0, requests: 0, errors: 0, responseMs: null };
	return { ...backend, state: isOn ? 'checking' : 'off', ...nothing };
}

function seen(
	backend: Backend,
	server: RuntimeServer,
	isOn: boolean,
	healthCheck: string,
): BackendObservation {
	const state = stateOf(server, isOn);
	const { sessions, requests, errors, responseMs } = server;
	const reason = state === 'unhealthy' ? whyUnhealthy(server, healthCheck) : null;
	return { ...backend, state, reason, sessions, requests, errors, responseMs };
}

function stateOf({ admin, sessions, check, isUp }: RuntimeServer, isOn: boolean): BackendState {
	if (admin !== 'ready') {
		if (sessions > 0) return 'draining';
		if (!isOn) return 'off';
		return admin === 'drain' && check === null ? 'checking' : 'held';
	}
	if (!isUp) return 'unhealthy';
	return check === null ? 'checking' : 'healthy';
}

const WORDS: Readonly<Record<string, string>> = {
	L4TOUT: 'it does not accept connections',
	L4CON: 'it does not accept connections',
	L7TOUT: 'it does not answer in time',
	L7RSP: 'what it answers is no HTTP',
	SOCKERR: 'it cannot be connected to',
};

/** Why a server's health check fails: HAProxy's own code and words with what they mean. */
export function whyUnhealthy({ check }: Pick<RuntimeServer, 'check'>, healthCheck: string): string {
	if (check === null) return 'its health is not known';
	const [status = '', number] = check.code.split(' ');
	const meaning =
		status === 'L7STS' ? `GET ${healthCheck} answers ${number ?? 'with an error'}` : lookUp(WORDS, status);
	const detail = [check.code, check.words].filter((part) => part !== '').join(': ');
	return meaning === undefined ? detail : `${meaning} (${detail})`;
}

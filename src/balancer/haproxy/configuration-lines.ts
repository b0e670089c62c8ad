import type { Backend, BalancerAlgorithm, BalancerSettings } from '../../model/balancer.ts';
import { digest } from '../../model/digest.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { lookUp } from '../../model/look-up.ts';
import { quote } from '../../model/quote.ts';
import type { BalancerMachine, Written } from './configuration-text.ts';
import { BACKEND_SECTION, serverName } from './names.ts';
import { endpointOf } from './runtime-state.ts';

/** The name of the cookie that keeps a client with its backend. */
const COOKIE = 'PROCDECK_BACKEND';

/** HAProxy takes servers at run time for these alone: a hash has to be consistent. */
const ALGORITHMS: Readonly<Record<BalancerAlgorithm, readonly string[]>> = {
	leastconn: ['balance leastconn'],
	roundrobin: ['balance roundrobin'],
	source: ['balance source', 'hash-type consistent'],
};

/**
 * One check a second, more of them while the state is about to change. The first that passes is enough, and two have to
 * fail in a row. A request that cannot be connected needs no second opinion: an instance that is gone has the fewest
 * connections, so that `leastconn` would try it again and again.
 */
export const CHECK_OPTIONS =
	'check inter 1s fastinter 250ms downinter 500ms rise 1 fall 2 observe layer4 error-limit 1 on-error mark-down';

/** What HAProxy reads, without what is for Procdeck alone. */
export function configurationLines({ configuration, machine }: Written): string[] {
	const { settings, serving, backends } = configuration;
	const servers = backends.map((backend) =>
		serverLine(backend, machine, lookUp(serving, backend.server) === true),
	);
	const mark = settingsMark({ configuration, machine });
	return ['global', `\tdescription ${mark}`, ...settingsLines(settings, machine), ...servers];
}

/** What a process says of itself that runs with these settings. */
export function settingsMark({ configuration, machine }: Written): string {
	return `procdeck-${digest(settingsLines(configuration.settings, machine).join('\n'), 12)}`;
}

/** Makes HAProxy work out the cookies of servers that have come at run time; without a cookie there is nothing to do. */
export function cookieCommands({ sticky }: BalancerSettings): string[] {
	return sticky ? [`set dynamic-cookie-key backend ${BACKEND_SECTION} ${COOKIE}`] : [];
}

/** A backend's address as HAProxy takes it, in its file and at run time. */
export function endpoint({ address, port }: Backend, machine: Pick<BalancerMachine, 'addresses'>): string {
	return endpointOf({ address: lookUp(machine.addresses, address) ?? address, port });
}

/** All but the servers, from the second line of the first section on. */
function settingsLines(settings: BalancerSettings, machine: BalancerMachine): string[] {
	const global = globalLines(settings, machine);
	return [...global, ...defaultsLines(), ...frontendLines(settings, machine), ...backendLines(settings)];
}

function globalLines({ drainTimeoutMs, certificate }: BalancerSettings, machine: BalancerMachine): string[] {
	const { socket, user } = machine;
	return [
		// Who may enter its folder may use it.
		`\tstats socket ${word(socket)} mode 600 level admin expose-fd listeners`,
		'\tstats timeout 30s',
		'\tlog stdout format raw daemon notice',
		...(user === null ? [] : [`\tuser ${word(user)}`, `\tgroup ${word(user)}`]),
		// After a reload the sessions of the old process have as long as those of a server that is switched Off.
		`\thard-stop-after ${Math.max(1, drainTimeoutMs)}ms`,
		...(certificate === null ? [] : ['\tssl-default-bind-options ssl-min-ver TLSv1.2']),
	];
}

function defaultsLines(): string[] {
	return [
		'defaults',
		'\tmode http',
		'\tlog global',
		'\toption dontlognull',
		'\toption http-keep-alive',
		// After a reload a client that is just about to ask again is answered, and told to come anew then.
		'\toption idle-close-on-response',
		// What an instance streams would wait for more, up to 200 ms.
		'\toption http-no-delay',
		// Whoever has gone away waits for nothing.
		'\toption abortonclose',
		// Only what could not be connected is tried again, at once and elsewhere: nothing of it was sent.
		'\tretries 3',
		'\tretry-on conn-failure',
		'\toption redispatch 1',
		'\ttimeout http-request 10s',
		'\ttimeout http-keep-alive 60s',
		'\ttimeout connect 3s',
		'\ttimeout client 5m',
		'\ttimeout client-fin 30s',
		'\ttimeout server 5m',
		'\ttimeout tunnel 1h',
		'\ttimeout check 2s',
	];
}

function frontendLines({ port, certificate }: BalancerSettings, { hasIpv6 }: BalancerMachine): string[] {
	const tls = certificate === null ? '' : ` ssl crt ${word(certificate)} alpn h2,http/1.1`;
	return [
		`frontend ${BACKEND_SECTION}-in`,
		`\tbind ${hasIpv6 ? `:::${port} v4v6` : `*:${port}`}${tls}`,
		'\toption forwardfor',
		`\thttp-request set-header X-Forwarded-Proto ${certificate === null ? 'http' : 'https'}`,
		'\thttp-request set-header X-Forwarded-Host %[req.hdr(Host)]',
		`\tdefault_backend ${BACKEND_SECTION}`,
	];
}

function backendLines({ algorithm, healthCheck, sticky }: BalancerSettings): string[] {
	return [
		`backend ${BACKEND_SECTION}`,
		...ALGORITHMS[algorithm].map((line) => `\t${line}`),
		'\toption httpchk',
		`\thttp-check send meth GET uri ${word(healthCheck)} ver HTTP/1.1 hdr Host localhost`,
		'\thttp-check expect status 200-399',
		...(sticky
			? [`\tcookie ${COOKIE} insert indirect nocache httponly dynamic`, `\tdynamic-cookie-key ${COOKIE}`]
			: []),
		`\tdefault-server ${CHECK_OPTIONS}`,
	];
}

function serverLine(backend: Backend, machine: BalancerMachine, isOn: boolean): string {
	const words = ['server', word(serverName(backend)), word(endpoint(backend, machine))];
	return `\t${words.join(' ')}${isOn ? '' : ' disabled'}`;
}

/** HAProxy reads quotes as a shell does. */
function word(text: string): string {
	if (/\p{Cc}/u.test(text)) {
		throw new ProcdeckError(
			'refused',
			`HAProxy cannot be told of ${JSON.stringify(text)}: it has control characters`,
		);
	}
	return quote(text);
}

import type { Backend } from '../../model/balancer.ts';

/** The one section of its kind in the configuration, as HAProxy's runtime API knows it. */
export const BACKEND_SECTION = 'procdeck';

/** HAProxy's name of a backend: `web1.web.2`. A server's name has no dot. */
export function serverName({ server, instance }: Pick<Backend, 'server' | 'instance'>): string {
	return `${server}.${instance}`;
}

/** The backend that a name of HAProxy's means; null for a name that is not one of ours. */
export function namedBackend(name: string): Pick<Backend, 'server' | 'instance'> | null {
	const [, server = '', instance = ''] = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+\.[0-9]+)$/.exec(name) ?? [];
	return server === '' ? null : { server, instance };
}

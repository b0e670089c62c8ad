import { stringify } from 'yaml';
import type { SshTarget } from './ssh-target.ts';
import { WEB_TYPE } from './stack.ts';

/** What a first stack file says. */
export interface FirstStackFile {
	readonly stack: string;
	readonly environment: string;
	/** Of the Procfile, in its order. */
	readonly types: readonly string[];
	/** By name; none: this machine alone. */
	readonly servers: ReadonlyMap<string, SshTarget>;
	/** Where the code is on the servers; null: the default. */
	readonly path: string | null;
}

const HEAD = `# The servers and the processes of this app, for Procdeck. Every key is optional; \`procdeck check\` reads the file.`;

/** A stack file with comments that say what can be written where. */
export function firstStackFile(first: FirstStackFile): string {
	const { stack, environment } = first;
	return [HEAD, yaml({ stack, environment }), serversPart(first), processesPart(first), TRAFFIC]
		.map((part) => `${part.trimEnd()}\n`)
		.join('\n');
}

function yaml(value: object): string {
	return stringify(value, { lineWidth: 0 });
}

function commented(text: string): string {
	return text
		.trimEnd()
		.split('\n')
		.map((line) => `# ${line}`)
		.join('\n');
}

const NO_SERVERS = `# Without servers it runs on this machine. \`procdeck server add NAME [USER@]HOST\` checks one and writes it here:
#
# servers:
#   web1: { host: web1.example.com, user: deploy }`;

function serversPart({ stack, servers, path }: FirstStackFile): string {
	if (servers.size === 0) return NO_SERVERS;
	const written = [...servers].map(([name, target]) => [
		name,
		Object.fromEntries(Object.entries(target).filter(([, value]) => value !== null)),
	]);
	const place = `# Where the code is on them; it runs in its \`current\` where there is one.`;
	const pathLine = path === null ? commented(yaml({ path: `/srv/${stack}` })) : yaml({ path }).trimEnd();
	return `${place}\n${pathLine}\n\n${yaml({ servers: Object.fromEntries(written) })}`;
}

/** Only what holds for every app is in effect: what a process is like nobody but its authors know. */
function processesPart({ types, servers }: FirstStackFile): string {
	const scale =
		servers.size === 0 ? '1' : `{ ${[...servers.keys()].map((name) => `${name}: 1`).join(', ')} }`;
	const entries = types.map((type) => {
		const ready =
			type === WEB_TYPE ? ['    ready: { http: /, timeout: 30 } # it is up once this path answers'] : [];
		return [
			`  ${type}:`,
			...ready,
			`    scale: ${scale} # at first; \`procdeck scale\` changes it from then on`,
		];
	});
	const stop = '    stop: [TERM, 10, KILL] # signals, and how many seconds each may take';
	const [first = [], ...others] = entries;
	return commented(['processes:', ...first, stop, ...others.flat()].join('\n'));
}

const TRAFFIC = `# \`procdeck lb add SERVER\` puts a load balancer before the instances of web, and writes it here.`;

import type { BalancerConfiguration } from '../../model/balancer.ts';
import { digest } from '../../model/digest.ts';
import { configurationLines } from './configuration-lines.ts';
import { asWritten } from './written.ts';

/** What of its machine is in the configuration of an HAProxy. */
export interface BalancerMachine {
	/** Where it is told what to do while it runs. */
	readonly socket: string;
	/** The user and group that it becomes once it listens; null: it stays who it is. */
	readonly user: string | null;
	readonly hasIpv6: boolean;
	/** What names among the addresses of backends mean there: HAProxy takes numbers alone at run time. */
	readonly addresses: Readonly<Record<string, string>>;
}

/** What Procdeck has put into a configuration file. */
export interface Written {
	readonly configuration: BalancerConfiguration;
	readonly machine: BalancerMachine;
}

const NOTE =
	'# Written by Procdeck. What is changed by hand shows as drift, and is taken back by its repair.';
const CONTENT = '# procdeck ';
const DIGEST = '# procdeck-digest ';
const DIGEST_LENGTH = 16;

/**
 * The whole file. What it means is in it twice: in one line for Procdeck, and as what HAProxy reads.
 * @throws ProcdeckError `refused` for a value that no line of HAProxy's can hold
 */
export function configurationText({ configuration, machine }: Written): string {
	const written = { configuration, machine };
	const body = [CONTENT + JSON.stringify(written), ...configurationLines(written), ''].join('\n');
	return [NOTE, DIGEST + digest(body, DIGEST_LENGTH), body].join('\n');
}

/** What a file says, and whether it is just what was written; null for one that Procdeck did not write. */
export function readConfiguration(text: string): (Written & { readonly isIntact: boolean }) | null {
	const [note, mark = '', ...lines] = text.split('\n');
	const content = lines[0]?.startsWith(CONTENT) === true ? lines[0].slice(CONTENT.length) : null;
	const written = content === null ? null : asWritten(content);
	if (written === null) return null;
	const isIntact = note === NOTE && mark === DIGEST + digest(lines.join('\n'), DIGEST_LENGTH);
	return { configuration: written.configuration, machine: written.machine, isIntact };
}

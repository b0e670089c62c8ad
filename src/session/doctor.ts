import { userInfo } from 'node:os';
import { localLink } from '../link/local.ts';
import { ProcdeckError } from '../model/errors.ts';
import { bySeverity, type Finding, type Found, fine } from '../model/finding.ts';
import type { Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { bootStatus } from './boot.ts';

/** What works of a server and what does not, in the order of looking. */
export async function findingsOf(server: Server): Promise<Finding[]> {
	const found = await server.examine();
	return found.map((finding) => ({ server: server.definition.name, ...finding }));
}

/** What works of several servers and what does not, the worst first. */
export async function examineAll(stack: Stack, servers: readonly Server[]): Promise<Finding[]> {
	const findings = await Promise.all(
		servers.map(async (server) => {
			const { name, supervisor } = server.definition;
			const [own, boot] = await Promise.all([
				findingsOf(server),
				supervisor === 'embedded' ? bootFindings(stack, name) : [],
			]);
			return [...own, ...boot.map((finding) => ({ server: name, ...finding }))];
		}),
	);
	return bySeverity(findings.flat());
}

/** Whether the embedded supervisor starts with the machine, where it is to. */
async function bootFindings(stack: Stack, server: string): Promise<Found[]> {
	const check = 'boot';
	const user = userInfo().username;
	try {
		const { enabled, lingering } = await bootStatus(localLink, stack, server, user);
		if (!enabled) return [fine(check, 'the stack does not start with the machine (`procdeck boot enable`)')];
		if (lingering === true) return [fine(check, 'the stack starts with the machine')];
		const message = 'the stack starts with the first login, not with the machine';
		return [{ check, severity: 'error', message, fix: `as root: loginctl enable-linger ${user}` }];
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		return [fine(check, `the stack does not start with the machine: ${error.message}`)];
	}
}

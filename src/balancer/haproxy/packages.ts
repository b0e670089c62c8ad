import { installPackages as install, installWords } from '../../link/packages.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { BalancerFacts } from './facts.ts';
import type { BalancerSession } from './session.ts';

/** The packages that a machine lacks. */
export function missingPackages({ haproxy, hasRelay }: BalancerFacts): string[] {
	return [...(haproxy === null ? ['haproxy'] : []), ...(hasRelay ? [] : ['python3'])];
}

/**
 * The command that installs packages.
 * @throws ProcdeckError `refused` where it is not known, or the user may not
 */
export function installCommand(session: BalancerSession, packages: readonly string[]): readonly string[] {
	return installWords(requireManager(session, packages), packages);
}

function requireManager({ facts, layout }: BalancerSession, packages: readonly string[]) {
	const names = packages.join(' and ');
	if (layout.scope === 'user') {
		throw new ProcdeckError(
			'refused',
			`${names} must be installed there first, which ${facts.user} may not do in the scope of a user`,
			`\`${installWords(facts.packages ?? 'apt-get', packages).join(' ')}\` there, as root`,
		);
	}
	if (facts.packages === null) {
		throw new ProcdeckError(
			'refused',
			`${names} must be installed there, and no package manager is known`,
			'install it there, and try again',
		);
	}
	return facts.packages;
}

/** @throws ProcdeckError `refused` in the package manager's own words */
export async function installPackages(session: BalancerSession, packages: readonly string[]): Promise<void> {
	const failure = await install(session.link, {
		manager: requireManager(session, packages),
		packages,
		elevated: (...command) => session.elevated(...command),
		// It would take the port, and answer for no stack.
		unwanted: 'haproxy.service',
		onLine: () => {},
	});
	if (failure !== null)
		throw new ProcdeckError('refused', `cannot install ${packages.join(' and ')}: ${failure}`);
}

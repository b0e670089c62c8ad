import type { SshTarget } from '../model/ssh-target.ts';
import type { StackSource } from '../server/stack-source.ts';
import type { ChooseCode } from '../session/addition/look.ts';
import type { Addition } from '../session/addition/prepare.ts';
import type { OpenAddition } from '../session/console-additions.ts';
import type { Way } from '../session/look-up-place.ts';
import type { FollowedStack } from '../session/release/order.ts';
import type { Stoppable } from './code-source.ts';
import type { Globals } from './globals.ts';
import { openStack } from './open-stack.ts';
import type { OwnedServers } from './server-pool.ts';

/** Opens servers that the console adds. */
export function additionOpener(globals: Globals, files: StackSource, pool: OwnedServers): OpenAddition {
	return async (request) => {
		const { prepareAddition } = await import('../session/addition/prepare.ts');
		const addition = prepareAddition(await openStack(globals), globals.environment, request);
		const { stack, definition } = addition;
		const source = sourceWith(addition, files);
		const server = await pool.openBy(source, definition);
		// The console has the terminal: nobody stops what goes on there by a signal.
		const unstopped: Stoppable = (work) => work(new AbortController().signal);
		const chooseCode: ChooseCode = async () => {
			const { codeSource } = await import('./code-source.ts');
			return codeSource(globals, stack, definition.name, source, unstopped)();
		};
		return { addition, server, chooseCode };
	};
}

/** What ~/.ssh/config makes of a place. @throws ProcdeckError `unreachable` for what ssh does not take */
export async function wayTo(target: SshTarget): Promise<Way> {
	const { readSettings } = await import('../link/ssh/settings.ts');
	const { hostname, user, port, proxyJump, proxyCommand } = await readSettings(target, null);
	return { hostname, user, port, isThroughAnother: proxyJump.length > 0 || proxyCommand !== null };
}

/** The stack with the server in it, before its file names that and while that is read. */
function sourceWith({ stack, definition }: Addition, files: StackSource): StackSource & FollowedStack {
	let own = stack;
	return {
		get stack() {
			const isNamed = files.stack.servers.some(({ name }) => name === definition.name);
			return isNamed ? files.stack : own;
		},
		set stack(next) {
			own = next;
		},
		get problems() {
			return files.problems;
		},
		listen: (listener) => files.listen(listener),
	};
}

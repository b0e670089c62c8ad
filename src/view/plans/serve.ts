import { isOnlyServing, servingOf } from '../../model/serving.ts';
import type { ConsoleState } from '../../store/console-store.ts';
import type { Intent } from '../../store/intent.ts';
import { listed } from '../plan-effects.ts';
import { counted, type Draft, plainCommand } from './draft.ts';

type Serve = Extract<Intent, { kind: 'serve' }>;

/** Asks before web traffic is taken from a server. */
export function planServe(state: ConsoleState, intent: Serve): Draft | null {
	const { balancer } = state;
	const { server, on } = intent;
	if (on || balancer === null || balancer.configuration === null) return null;
	const { configuration } = balancer;
	const traffic = servingOf(balancer);
	const own = traffic.find((each) => each.server === server);
	if (own?.serving !== true) return null;
	const isLast = isOnlyServing(configuration, server);
	const others = traffic
		.filter((each) => each.serving && each.server !== server && each.instances > 0)
		.map((each) => each.server);
	const seconds = configuration.settings.drainTimeoutMs / 1000;
	return {
		title: `Switch web traffic of ${server} off`,
		sentence: isLast
			? `${server} is the last that serves: every request will get a 503.`
			: `${server} takes no new sessions; those that run may last ${seconds} s.`,
		effects: [
			{ what: server, effect: 'On → Off', pids: `${counted(own.sessions, 'session')} now` },
			...(isLast
				? []
				: [{ what: listed(others), effect: others.length === 1 ? 'stays on' : 'stay on', pids: 'instead' }]),
			...(own.instances === 0
				? []
				: [{ what: `${counted(own.instances)} of web`, effect: 'unchanged', pids: 'pids stay' }]),
		],
		command: plainCommand(state, 'serve', [server, 'off', ...(isLast ? ['--force'] : [])]),
		button: `Switch ${server} off`,
		because: isLast ? 'asks because none would serve' : 'asks because web traffic leaves it',
		severalTypes: false,
		intent: { ...intent, force: isLast },
	};
}

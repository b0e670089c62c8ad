import { isOk } from '../../model/finding.ts';
import type { ServerEntry } from '../../store/console-store.ts';
import { findingsToTell, isOutOfReach, sinceSeenText } from '../../store/problems.ts';
import { otherRelease } from '../../store/release-standing.ts';
import { isReachable } from '../../store/selectors.ts';
import { sessionsLeft } from '../../store/serving.ts';
import type { Model } from '../model.ts';
import { bold, dim, plain, type Row, type Span, span } from './row.ts';

/** The sign of a server, whatever runs there: it answers, is connected to, is out of reach, or has nothing to run. */
export function serverGlyph(server: ServerEntry, { state, glyphs }: Model): Span {
	if (isOutOfReach(server, state.now)) return dim(glyphs.unreachable);
	const { observation } = server;
	if (observation?.connection !== 'connected') return span('accent', glyphs.changing);
	if (sessionsLeft(state, server.name) !== null) return span('accent', glyphs.changing);
	return observation.power === 'up' ? plain(glyphs.running) : dim(glyphs.none);
}

/** Why there is no more to be said of a server than this; null where there is. */
export function serverCondition(server: ServerEntry, { state }: Model): Row | null {
	const { observation } = server;
	if (isOutOfReach(server, state.now)) {
		if (observation === null) return [span('warn', 'unreachable')];
		return [span('warn', `seen ${sinceSeenText(observation, state.now)} ago`)];
	}
	if (observation?.connection !== 'connected') return [span('accent', 'connecting')];
	const left = sessionsLeft(state, server.name);
	if (left !== null) return [span('accent', `drains, ${left} left`)];
	if (observation.power === 'down') return [dim('down')];
	return observation.power === 'never' ? [dim('not started')] : null;
}

/** What stands behind a server's name where the doctor found something, or where what is there is not as the files say. */
export function nameMark(server: ServerEntry): Span {
	if (!isReachable(server)) return plain('');
	const [worst] = findingsToTell(server);
	if (worst !== undefined) return bold('!', isOk(worst) ? 'warn' : 'error');
	const isAsTheFiles = (server.observation?.drift ?? []).length === 0;
	return isAsTheFiles ? plain('') : bold('~', 'warn');
}

/** What stands in place of a server's load where its code is not that of the latest release. */
export function releaseRemark(server: ServerEntry, { state }: Model): Span | null {
	return otherRelease(state, server) === null ? null : span('warn', 'old code');
}

/** `On`, `Off`, or nothing where there is no load balancer. */
export function servingText({ observation }: ServerEntry): string {
	const serving = observation?.serving ?? null;
	return serving === null ? '' : serving ? 'On' : 'Off';
}

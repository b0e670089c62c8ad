import type { BackendObservation } from '../../model/balancer.ts';
import type { Serving } from '../../model/serving.ts';
import { leftoverText } from '../../store/balancer-problems.ts';
import { sinceText } from '../../store/problems.ts';
import { isDraining, servingByServer } from '../../store/serving.ts';
import { isAtWork } from '../../store/traffic.ts';
import { type Leftover, leftoversOf } from '../../store/unmended.ts';
import type { Model } from '../model.ts';
import { dim, plain, type Role, type Row, type Span, span } from './row.ts';
import { wrap } from './wrap.ts';

/** Something that is to be said of web traffic. */
interface Remark {
	readonly glyph: string;
	readonly role: Role;
	readonly text: string;
	/** What can be done about it. */
	readonly detail: string | null;
}

/** Why what is shown may not be so any more. */
function connectionRemarks({ state, glyphs }: Model): Remark[] {
	const { balancer, now } = state;
	if (balancer === null || balancer.connection === 'connected') return [];
	const { connection, reason, asOf } = balancer;
	const text = `${connection}: ${reason ?? 'it does not say why'}`;
	if (connection === 'stopped') return [{ glyph: glyphs.failed, role: 'error', text, detail: 'f starts it' }];
	const detail = `this is how it was ${sinceText(asOf, now)} ago`;
	return [{ glyph: glyphs.unreachable, role: 'warn', text, detail }];
}

function unhealthyRemark({ server, instance, reason }: BackendObservation, { glyphs }: Model): Remark {
	const text = `${instance} on ${server} is not healthy: ${reason ?? 'it does not say why'}`;
	return { glyph: glyphs.failed, role: 'error', text, detail: null };
}

function driftRemarks({ state, glyphs }: Model): Remark[] {
	return (state.balancer?.drift ?? []).map((text) => ({
		glyph: glyphs.failed,
		role: 'warn',
		text: `drift: ${text}`,
		detail: 'f mends it',
	}));
}

const LEFTOVER_MENDS: Readonly<Record<Leftover['kind'], string>> = {
	held: 'f gives it back',
	surplus: 'f ends it',
	'left-out': 'f takes it in',
	unwanted: 'f takes it out',
};

function leftoverRemarks({ state, glyphs }: Model): Remark[] {
	return leftoversOf(state).map((leftover) => ({
		glyph: glyphs.paused,
		role: 'warn',
		text: `${leftover.instance} on ${leftover.server} ${leftoverText(leftover)}`,
		detail: LEFTOVER_MENDS[leftover.kind],
	}));
}

function drainRemark({ server, sessions }: Serving, { state, glyphs }: Model): Remark {
	const seconds = Math.round((state.balancer?.configuration?.settings.drainTimeoutMs ?? 0) / 1000);
	const text = `${server} drains: no new sessions, ${sessions} left, cut after ${seconds} s`;
	return { glyph: glyphs.changing, role: 'accent', text, detail: 'w takes it back' };
}

function countText(count: number): string {
	return count === 1 ? '1 instance of web runs' : `${count} instances of web run`;
}

/** What is as somebody wanted it, and may still surprise. */
function servingRemark(serving: Serving, model: Model): Remark | null {
	const { server, instances } = serving;
	if (isDraining(serving)) return drainRemark(serving, model);
	const quiet = { glyph: model.glyphs.none, role: 'dim' } as const;
	if (serving.serving && instances === 0)
		return { ...quiet, text: `${server} is On, and no instance of web is wanted there`, detail: null };
	if (serving.serving || instances === 0) return null;
	return {
		...quiet,
		text: `${server} is Off: ${countText(instances)} without traffic`,
		detail: 'w switches it On',
	};
}

function remarksOf(model: Model): Remark[] {
	const { balancer } = model.state;
	if (balancer === null) return [];
	if (!isAtWork(balancer)) return connectionRemarks(model);
	const unhealthy = balancer.backends.filter(({ state }) => state === 'unhealthy');
	const servings = [...servingByServer(balancer).values()];
	return [
		...unhealthy.map((backend) => unhealthyRemark(backend, model)),
		...driftRemarks(model),
		...leftoverRemarks(model),
		...servings.flatMap((serving) => servingRemark(serving, model) ?? []),
	];
}

/** What is wrong with web traffic or may surprise, worst first. */
export function remarkRows(model: Model, width: number): Row[] {
	return remarksOf(model).flatMap(({ glyph, role, text, detail }) => {
		const words: Span[] = [role === 'dim' ? dim(text) : plain(text)];
		if (detail !== null) words.push(dim(`; ${detail}`));
		return wrap(words, width - 4).map(
			(row, line): Row => [line === 0 ? span(role, ` ${glyph} `) : plain('   '), ...row],
		);
	});
}

import { type Found, fine } from '../../model/finding.ts';
import { lookUp } from '../../model/look-up.ts';
import { startsText } from '../checks/boot.ts';
import { type Examined, mayBeRoot } from './fact-findings.ts';
import { stackUnit, targetName } from './names.ts';
import type { FilesOnServer } from './read-files.ts';
import type { Survey } from './survey.ts';

const CHECK = 'boot';

/** Numbers of the instances of a type that are wanted. */
export function wantedNumbers({ enabled }: FilesOnServer, type: string): readonly number[] {
	return lookUp(enabled, type) ?? [];
}

/** What a reboot would start. What a `stop` holds is started by it, too. */
export function bootFinding(examined: Examined, { running }: Survey, on: FilesOnServer): Found {
	const { definition, facts } = examined;
	if (on.power === 'never') return fine(CHECK, 'nothing: the stack was never started there');
	if (on.power === 'down' && running.length > 0) return targetNotWanted(examined, on);
	if (on.power === 'down') return fine(CHECK, 'nothing: the stack is down');
	if (definition.scope === 'user' && !facts.lingers) {
		const { user } = facts;
		return {
			check: CHECK,
			severity: 'error',
			message: `a reboot starts nothing before ${user} logs in, and then ${wantedText(examined, on)}`,
			fix: `as root there: loginctl enable-linger ${user}`,
			mend: { kind: 'lingering', user },
		};
	}
	return fine(CHECK, `a reboot starts ${wantedText(examined, on)}`);
}

/** Somebody has disabled it by hand: a stack that is taken down does not run. */
function targetNotWanted(examined: Examined, on: FilesOnServer): Found {
	const { stack, definition, facts } = examined;
	const target = targetName(stackUnit(stack));
	const isUser = definition.scope === 'user';
	return {
		check: CHECK,
		severity: 'error',
		message: `a reboot starts nothing, because it does not want ${target}; with that it starts ${wantedText(examined, on)}`,
		fix: `${isUser ? `as ${facts.user}` : 'as root'} there: systemctl ${isUser ? '--user ' : ''}enable ${target}`,
		...((isUser || mayBeRoot(facts)) && { mend: { kind: 'target', target } }),
	};
}

function wantedText({ stack }: Examined, on: FilesOnServer): string {
	const inProcfile = stack.processTypes.map(({ name }) => name);
	const paused = Object.keys(on.record?.paused ?? {});
	const types = new Set([...inProcfile, ...Object.keys(on.enabled), ...paused]);
	return startsText(
		[...types].map((type) => {
			const indexes = wantedNumbers(on, type);
			const isMissing = indexes.length > 0 && !on.types.includes(type);
			const isPaused = indexes.length === 0 && paused.includes(type);
			return { type, indexes, not: isMissing ? 'its unit is missing' : isPaused ? 'paused' : null };
		}),
	);
}

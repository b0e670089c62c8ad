import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from './terminal.ts';

/** A key and how its effect is seen. */
export interface Key {
	readonly typed: string;
	readonly fits: (screen: string) => boolean;
}

/** What a key did. */
export interface Paint {
	/** From the key to its effect on the screen. */
	readonly ms: number;
	/** That the program wrote from the key until shortly after its effect. */
	readonly bytes: number;
}

const LONGEST_PAUSE_MS = 120;

/** Types keys in rotation, each some time after the effect of the one before was on the screen. */
export async function keysToPaint(terminal: Terminal, keys: readonly Key[], count: number): Promise<Paint[]> {
	const paints: Paint[] = [];
	for (let at = 0; at < count; at++) {
		const { typed, fits } = keys[at % keys.length]!;
		if (fits(terminal.screen()))
			throw new Error(`what ${JSON.stringify(typed)} does is there before it is typed`);
		const before = terminal.written();
		const typedAt = performance.now();
		terminal.type(typed);
		const ms = (await terminal.shows(fits)) - typedAt;
		// In step with nothing that the program does by the clock.
		await sleep(20 + Math.random() * LONGEST_PAUSE_MS);
		paints.push({ ms, bytes: terminal.written() - before });
	}
	return paints;
}

const ESCAPE = '\x1b';
const isHelp = (screen: string) => screen.includes('Help for this pane');
const isPrompt = (text: string) => (screen: string) => screen.includes(` :${text}_`);
/** The title of the pane; the line of activity may name a type on a server as well. */
const isOn = (what: string) => (screen: string) => screen.includes(` ${what} ─`);

/** Keys of the console on two process types, the first of which is selected: sheets, prompts and moving. */
export function consoleKeys(first: string, second: string): Key[] {
	return keysBetween(`${first} on local`, `${second} on local`);
}

/**
 * Keys of the console: sheets, prompts, and moving down and up again.
 * @param first the title of the pane of instances at the beginning, such as `worker on web1`
 * @param second its title one further down
 */
export function keysBetween(first: string, second: string): Key[] {
	return [
		{ typed: '?', fits: isHelp },
		{ typed: ESCAPE, fits: (screen) => !isHelp(screen) },
		{ typed: ':', fits: isPrompt('') },
		{ typed: 's', fits: isPrompt('s') },
		{ typed: ESCAPE, fits: (screen) => !isPrompt('s')(screen) },
		{ typed: '\x1b[B', fits: isOn(second) },
		{ typed: '\x1b[A', fits: isOn(first) },
	];
}

import { splitWords } from '../model/split-words.ts';
import { NATIVE_FLAGS } from './native-verbs.ts';
import { selectedServers } from './selection.ts';
import type { Context } from './steps.ts';

function wordsOf(line: string): readonly string[] {
	try {
		const words = splitWords(line);
		return words[0] === 'procdeck' ? words.slice(1) : words;
	} catch {
		// A quote is still open.
		return [];
	}
}

/** `on web1`: where a command goes that is being typed and does not say it itself; null where there is nothing to be told. */
export function placeOfCommand(line: string, { model, ui }: Context): string | null {
	const [verb = '', ...operands] = wordsOf(line);
	const takesServer = Object.hasOwn(NATIVE_FLAGS, verb) && NATIVE_FLAGS[verb]!.includes('--server');
	// Without a server `down` means this machine.
	if (!takesServer || verb === 'down' || model.state.servers.length < 2) return null;
	if (operands.some((word) => /^--(all$|server(=|$)|help$)/.test(word))) return null;
	const [first, ...others] = selectedServers(model, ui);
	if (first === undefined) return null;
	return others.length === 0 ? `on ${first.name}` : `on ${others.length + 1} servers`;
}

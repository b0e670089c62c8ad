import { ProcdeckError } from '../model/errors.ts';
import type { ServerObservation } from '../model/observed.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import { serverNamed } from '../session/choose-servers.ts';
import { typesOn } from '../session/removal.ts';
import { terminalAsker } from './ask.ts';
import { canAsk } from './confirm.ts';
import type { ServerFlags } from './server.ts';

/** What becomes of the instances of a server that is removed. */
export type Fate = { readonly kind: 'stop' } | { readonly kind: 'move'; readonly to: ServerDefinition };

/**
 * What `--stop` and `--move-to` say; null: nothing.
 * @throws ProcdeckError `usage`, `unknown-server`
 */
export function fateFromFlags({ servers }: Stack, name: string, flags: ServerFlags): Fate | null {
	const { moveTo, stop, keep } = flags;
	const given = [
		...(moveTo === undefined ? [] : ['--move-to']),
		...(stop ? ['--stop'] : []),
		...(keep ? ['--keep'] : []),
	];
	if (given.length > 1) throw new ProcdeckError('usage', `${given.join(' and ')} exclude each other`);
	if (moveTo === undefined) return stop ? { kind: 'stop' } : null;
	if (moveTo === name)
		throw new ProcdeckError('usage', `${name} is the server that is removed`, 'name another one');
	return { kind: 'move', to: serverNamed(servers, moveTo) };
}

/** Asks what becomes of the instances, where there are some and somebody to ask; null: nobody answered. */
export async function chooseFate(
	{ servers }: Stack,
	seen: ServerObservation,
	{ yes = false }: ServerFlags,
): Promise<Fate | null> {
	const others = servers.filter(({ name }) => name !== seen.name);
	if (yes || !canAsk() || others.length === 0 || typesOn(seen).length === 0) return { kind: 'stop' };
	const names = others.map(({ name }) => name).join(', ');
	const prompt = `${namesOf(seen).join(', ')} on ${seen.name}: Enter stops them, the name of a server moves them there (${names})`;
	for (;;) {
		const answer = (await terminalAsker.answer(prompt, true))?.trim();
		if (answer === undefined) return null;
		if (answer === '') return { kind: 'stop' };
		const to = others.find(({ name }) => name === answer);
		if (to !== undefined) return { kind: 'move', to };
	}
}

/** The plan's lines of what becomes of them. */
export function fateLines(seen: ServerObservation, fate: Fate): string[] {
	const running = namesOf(seen).join(', ');
	if (fate.kind === 'move') {
		const types = typesOn(seen).join(', ');
		return types === '' ? [] : [`  move      ${types} to ${fate.to.name}`];
	}
	return running === '' ? [] : [`  stop      ${running}`];
}

function namesOf({ instances }: ServerObservation): string[] {
	return instances.filter(({ pid }) => pid !== null).map(({ name }) => name);
}

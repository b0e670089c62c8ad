import type { PastExit } from '../../model/observed.ts';
import { indexOf, typeOf } from '../plan/names.ts';
import { journalAccess } from './facts.ts';
import { signalName } from './instance.ts';
import { unitName as unitOf } from './names.ts';
import type { Session } from './session.ts';

/** systemd's own marks: a unit has started, and a process of a unit has ended. */
const STARTED = '39f53479d3a045ac8e11786248231fbf';
const EXITED = '98e322203f7a4ed290d09fe03c09fe15';

const READ_TIMEOUT_MS = 10_000;
const EXITS_KEPT = 5;
/** A start and an end for each, and some to spare. */
const LINES_PER_UNIT = 4 * EXITS_KEPT;

/**
 * The latest exits of instances, oldest first, as the journal has them: a unit itself only knows its last one, and forgets
 * it when it starts again. Empty where this user may not read the journal.
 */
export async function readExits(
	session: Session,
	names: readonly string[],
): Promise<ReadonlyMap<string, readonly PastExit[]>> {
	const { facts, layout, link } = session;
	const access = journalAccess(facts, layout.scope);
	if (access === null || names.length === 0) return new Map();
	const field = layout.scope === 'user' ? 'USER_UNIT' : 'UNIT';
	const units = new Map(names.map((name) => [unitOf(layout.prefix, typeOf(name), indexOf(name)), name]));
	const matches = [...units.keys()].flatMap((unit) =>
		[STARTED, EXITED].flatMap((mark) => ['+', `MESSAGE_ID=${mark}`, `${field}=${unit}`]),
	);
	const [file = '', ...args] = access;
	const command = [
		...(layout.scope === 'user' ? ['--user'] : []),
		'--quiet',
		'--no-pager',
		'--output=json',
		`--lines=${LINES_PER_UNIT * names.length}`,
		`--output-fields=MESSAGE_ID,${field},EXIT_CODE,EXIT_STATUS`,
		...matches.slice(1),
	];
	const { stdout } = await link.run([file, ...args, ...command], { timeoutMs: READ_TIMEOUT_MS });
	return parseExits(stdout, (fields) => units.get(String(fields[field])));
}

type Fields = Readonly<Record<string, unknown>>;

/** @param nameOf the instance that a line is about */
export function parseExits(
	printed: string,
	nameOf: (fields: Fields) => string | undefined,
): Map<string, readonly PastExit[]> {
	const exits = new Map<string, readonly PastExit[]>();
	const startedAt = new Map<string, string>();
	for (const line of printed.split('\n')) {
		const fields = parseFields(line);
		const name = fields === null ? undefined : nameOf(fields);
		if (fields === null || name === undefined) continue;
		const at = new Date(Number(fields.__REALTIME_TIMESTAMP) / 1000).toISOString();
		if (fields.MESSAGE_ID === STARTED) startedAt.set(name, at);
		else {
			const exit = toExit(fields, at, startedAt.get(name) ?? at);
			exits.set(name, [...(exits.get(name) ?? []), exit].slice(-EXITS_KEPT));
		}
	}
	return exits;
}

function parseFields(line: string): Fields | null {
	try {
		return JSON.parse(line) as Fields;
	} catch {
		return null;
	}
}

function toExit({ EXIT_CODE: how, EXIT_STATUS: status }: Fields, at: string, startedAt: string): PastExit {
	const number = Number(status);
	const byItself = how === 'exited';
	return {
		code: byItself ? number : null,
		signal: byItself ? null : signalName(number),
		at,
		startedAt,
		waitedMs: null,
	};
}

import type { Link } from '../../link/link.ts';
import { monotonicNow } from '../../linux/proc.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import { Actions, type ActionsContext } from './actions.ts';
import type { Announcer } from './announcer.ts';
import type { BusEvent } from './bus.ts';
import { readExits } from './exits.ts';
import { enabledUnits } from './files-watch.ts';
import type { Jobs } from './jobs.ts';
import { Session } from './session.ts';
import type { StackState } from './stack-state.ts';

/** One connection, and what goes on over it. */
export interface Live {
	readonly session: Session;
	readonly actions: Actions;
	/** Of the files, in milliseconds since the epoch by the server's clock. */
	readonly readAt: number;
}

/** The clock of a server, as it was compared with the one here. */
export class ServerClock {
	/** Milliseconds since the epoch there, when the monotonic clock here was 0. */
	#epoch = 0;

	/** Milliseconds since the epoch. */
	get now(): number {
		return this.#epoch + monotonicNow();
	}

	/** @param ahead milliseconds that it is ahead of the one here */
	compare(ahead: number): void {
		this.#epoch = Date.now() + ahead - monotonicNow();
	}
}

export interface LiveContext {
	readonly stack: Stack;
	readonly definition: ServerDefinition;
	/** @throws ProcdeckError `unreachable` */
	readonly connect: () => Promise<Link>;
	readonly known: StackState;
	readonly jobs: Jobs;
	readonly announcer: Announcer;
	readonly clock: ServerClock;
	/** Whether this is the connection in use: another one tells nothing any more, or nothing yet. */
	readonly isCurrent: (session: Session) => boolean;
	readonly onEvent: (event: BusEvent) => void;
	readonly settled: ActionsContext['settled'];
}

/**
 * Connects, and reads all that is there at the beginning.
 * @throws ProcdeckError `unreachable`, or `refused` for a server that cannot run instances
 */
export async function openLive(context: LiveContext): Promise<Live> {
	const { stack, definition, known, announcer, isCurrent, onEvent } = context;
	const link = await context.connect();
	try {
		const session = await Session.open(link, stack, definition, {
			onEvent,
			onUnit: ({ of, state }) => {
				if (isCurrent(session) && known.takeUnit(of, state)) announcer.soon([of.name]);
			},
		});
		return await look(session, context);
	} catch (error) {
		await link.close();
		throw error;
	}
}

async function look(session: Session, context: LiveContext): Promise<Live> {
	const { known, jobs, announcer, clock, settled } = context;
	clock.compare(session.facts.clockAhead);
	const readAt = clock.now;
	const files = await session.readFiles();
	const { units } = session;
	await units.open(enabledUnits(session, files));
	// Those that have come back after a crash say nothing of it themselves.
	const restarted = units.seen.filter(({ state }) => state.restarts > 0).map(({ of }) => of.name);
	const exits = await readExits(session, restarted).catch(() => new Map());
	known.takeFiles(files);
	// With what was told while the exits were read: nobody was told of it.
	known.takeUnits(units.seen);
	known.takeExits(exits);
	const onChange = (names: readonly string[]) => announcer.soon(names);
	return { session, actions: new Actions({ session, known, jobs, onChange, settled }), readAt };
}

import type { Channel, Link } from '../../link/link.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import { type BusEvent, SystemdBus } from './bus.ts';
import { elevation, type Facts, readFacts, requireSystemd } from './facts.ts';
import { type Layout, layoutOf } from './layout.ts';
import { lockCommand, StackLock } from './lock.ts';
import { type FilesOnServer, StackFiles } from './read-files.ts';
import { type SeenUnit, Units } from './units.ts';

/** Reading all unit files takes systemd some 200 ms. */
const RELOAD_AFTER_MS = 500;

export interface SessionHooks {
	readonly onEvent: (event: BusEvent) => void;
	readonly onUnit: (unit: SeenUnit) => void;
}

/** One live connection to a server: a link, the bus through it, and what was found at its beginning. */
export class Session {
	readonly link: Link;
	readonly facts: Facts;
	readonly layout: Layout;
	readonly bus: SystemdBus;
	readonly units: Units;
	readonly #bridge: Channel;
	readonly #files: StackFiles;
	#lock: Promise<StackLock> | null = null;
	#reload: NodeJS.Timeout | null = null;

	private constructor(parts: Pick<Session, 'link' | 'facts' | 'layout' | 'bus' | 'units'>, bridge: Channel) {
		this.link = parts.link;
		this.facts = parts.facts;
		this.layout = parts.layout;
		this.bus = parts.bus;
		this.units = parts.units;
		this.#bridge = bridge;
		this.#files = new StackFiles(this.link, this.layout);
	}

	/**
	 * @param hooks told what systemd says from now on
	 * @throws ProcdeckError `unreachable`, or `refused` for a server that cannot run instances
	 */
	static async open(
		link: Link,
		stack: Stack,
		definition: ServerDefinition,
		hooks: SessionHooks,
	): Promise<Session> {
		const facts = await readFacts(link);
		requireSystemd(facts, definition);
		const { scope } = definition;
		const layout = layoutOf(stack, scope, facts);
		const bridge = await link.open(bridgeCommand(facts, scope));
		try {
			let units: Units | null = null;
			const listener = (event: BusEvent) => {
				units?.take(event);
				hooks.onEvent(event);
			};
			const bus = await SystemdBus.open(bridge.stream, { direct: scope === 'user', listener });
			units = new Units(bus, layout.prefix, hooks.onUnit);
			return new Session({ link, facts, layout, bus, units }, bridge);
		} catch (error) {
			const { stderr } = await bridgeEnd(bridge);
			throw stderr === '' ? error : new ProcdeckError('unreachable', stderr, null, { cause: error });
		}
	}

	/** Resolves with the reason when the bus or the link under it is gone. */
	get lost(): Promise<string> {
		return Promise.race([
			this.link.lost.then(({ message }) => message),
			this.#bridge.ended.then(({ stderr }) => stderr.trim() || 'the connection to systemd ended'),
		]);
	}

	/** @throws ProcdeckError `refused` where this user may not change anything */
	elevated(...command: readonly string[]): [string, ...string[]] {
		const before = elevation(this.facts, this.layout.scope);
		if (before === null) throw mayNotChange(this.facts);
		const [file = '', ...args] = [...before, ...command];
		return [file, ...args];
	}

	/** The lock of the stack, for one change after another. */
	lock(): Promise<StackLock> {
		this.#lock ??= this.#openLock();
		return this.#lock;
	}

	async #openLock(): Promise<StackLock> {
		const forget = () => {
			this.#lock = null;
		};
		try {
			const channel = await this.link.open(this.elevated(...lockCommand(this.layout)));
			void channel.ended.then(forget);
			return new StackLock(channel, this.#files);
		} catch (error) {
			forget();
			throw error;
		}
	}

	/** Resolves when no change of the stack is under way. */
	async untilNobodyChanges(): Promise<void> {
		const lock = await this.lock();
		await lock.hold(async () => {});
	}

	/** Makes systemd read its unit files again, once for all that ask for it at about this time. */
	reloadSoon(): void {
		this.#reload ??= setTimeout(() => this.#reloadNow(), RELOAD_AFTER_MS).unref();
	}

	#reloadNow(): void {
		if (this.#reload === null) return;
		clearTimeout(this.#reload);
		this.#reload = null;
		this.bus.reload().catch(() => {});
	}

	/** As {@link StackFiles} has it. */
	get serverNow(): number {
		return this.#files.serverNow;
	}

	readFiles(): Promise<FilesOnServer> {
		return this.#files.read();
	}

	async close(): Promise<void> {
		// It is sent before the end, and nobody has to wait for the answer.
		this.#reloadNow();
		this.bus.close();
		await this.link.close();
	}
}

function bridgeCommand(facts: Facts, scope: ServerDefinition['scope']): [string, ...string[]] {
	// With --user it would connect to the system's bus on systemd 252.
	if (scope === 'user')
		return ['systemd-stdio-bridge', '-p', `unix:path=/run/user/${facts.uid}/systemd/private`];
	const [first, ...others] = [...(elevation(facts, scope) ?? []), 'systemd-stdio-bridge'];
	return [first ?? '', ...others];
}

async function bridgeEnd(bridge: Channel): Promise<{ readonly stderr: string }> {
	bridge.close();
	return bridge.ended;
}

function mayNotChange({ user }: Facts): ProcdeckError {
	return new ProcdeckError(
		'refused',
		`${user} may not change system services, and sudo wants a password`,
		'`procdeck doctor` prints the sudoers line that allows it; `scope: user` needs none',
	);
}

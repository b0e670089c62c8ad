import type {
	Backend,
	BackendObservation,
	BalancerConfiguration,
	BalancerSettings,
} from '../../model/balancer.ts';
import { choose } from './choose.ts';
import { keyOf, Member } from './member.ts';

/** The backends of a load balancer, and which of them gets the next session. */
export class Pool {
	readonly #onChange: () => void;
	readonly #members = new Map<string, Member>();
	#settings: BalancerSettings;
	#eligible: readonly Member[] = [];
	#turn = 0;

	/** @param onChange told when the state of a backend changed, or there are others */
	constructor(configuration: BalancerConfiguration, onChange: () => void) {
		this.#onChange = onChange;
		this.#settings = configuration.settings;
		this.follow(configuration);
	}

	get settings(): BalancerSettings {
		return this.#settings;
	}

	/**
	 * Takes a configuration over; what is in both goes on as it is.
	 * @returns those that take no part from now on, and those that took none and are backends no more
	 */
	follow({ settings, serving, backends }: BalancerConfiguration): Member[] {
		const takingPart = this.#takingPart();
		const known = [...this.#members.values()].filter(({ isLeaving }) => !isLeaving);
		this.#settings = settings;
		const wanted = new Map(backends.map((backend) => [keyOf(backend), backend]));
		for (const [key, backend] of wanted) if (!this.#members.has(key)) this.#add(key, backend);
		for (const [key, member] of this.#members) {
			member.isLeaving = !wanted.has(key);
			member.isOff = serving[member.backend.server] !== true;
		}
		this.#settle(takingPart);
		return known.filter((member) => member.isLeaving || (member.isOut && takingPart.includes(member)));
	}

	/** @returns null when there is no such backend */
	find(backend: Backend): Member | null {
		const member = this.#members.get(keyOf(backend));
		return member === undefined || member.isLeaving ? null : member;
	}

	of(server: string): Member[] {
		const members = [...this.#members.values()];
		return members.filter(({ backend, isLeaving }) => backend.server === server && !isLeaving);
	}

	hold(member: Member): void {
		const takingPart = this.#takingPart();
		member.isHeld = true;
		this.#settle(takingPart);
	}

	release(members: readonly Member[]): void {
		const takingPart = this.#takingPart();
		for (const member of members) member.isHeld = false;
		this.#settle(takingPart);
	}

	get held(): Member[] {
		return [...this.#members.values()].filter(({ isHeld }) => isHeld);
	}

	/**
	 * Who gets a new session; null: nobody can.
	 * @param source the client's address, where the algorithm asks for it
	 * @param home the backend that it was with before, by its cookie
	 * @param tried those that are not to be asked again
	 */
	choose(source: string, home: string | null, tried: ReadonlySet<Member> | null): Member | null {
		const candidates =
			tried === null ? this.#eligible : this.#eligible.filter((member) => !tried.has(member));
		const stays = home === null ? undefined : candidates.find(({ cookie }) => cookie === home);
		this.#turn = (this.#turn + 1) % Number.MAX_SAFE_INTEGER;
		return stays ?? choose(this.#settings.algorithm, candidates, this.#turn, source);
	}

	/** Forgets backends that were drained, unless they are wanted again. */
	remove(members: readonly Member[]): void {
		const leaving = members.filter(({ isLeaving }) => isLeaving);
		for (const member of leaving) {
			member.close();
			this.#members.delete(member.key);
		}
		if (leaving.length > 0) this.#onChange();
	}

	/** In the configuration's order, those that leave last. */
	observe(backends: readonly Backend[]): BackendObservation[] {
		const listed = backends.flatMap((backend) => this.#members.get(keyOf(backend)) ?? []);
		const leaving = [...this.#members.values()].filter(({ isLeaving }) => isLeaving);
		return [...listed, ...leaving].map((member) => member.observe());
	}

	close(): void {
		for (const member of this.#members.values()) member.close();
	}

	#add(key: string, backend: Backend): void {
		const path = () => this.#settings.healthCheck;
		this.#members.set(key, new Member(backend, path, () => this.#changed()));
	}

	#takingPart(): Member[] {
		return [...this.#members.values()].filter(({ isOut }) => !isOut);
	}

	/** Checks who takes part now, and lets the others be. */
	#settle(before: readonly Member[]): void {
		for (const member of this.#members.values()) {
			if (member.isOut) member.health.stop();
			else if (!before.includes(member)) member.health.start();
		}
		this.#changed();
	}

	#changed(): void {
		this.#eligible = this.#takingPart().filter(({ state }) => state === 'healthy');
		this.#onChange();
	}
}

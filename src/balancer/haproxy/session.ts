import type { Channel, Link } from '../../link/link.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import { type BalancerFiles, Control } from './control.ts';
import { controlCommand } from './control-script.ts';
import { type BalancerFacts, elevated, readBalancerFacts, requireBalancerHost } from './facts.ts';
import { type BalancerLayout, balancerLayout } from './layout.ts';
import { BACKEND_SECTION } from './names.ts';
import { Relay } from './relay.ts';
import { relayCommand } from './relay-script.ts';
import { parseRuntimeState, type RuntimeState, STATE_BEGINS, STATE_COMMANDS } from './runtime-state.ts';

/** As long as HAProxy is not installed there is nothing to check a configuration with. */
const USUAL_HAPROXY = '/usr/sbin/haproxy';

/** A line of HAProxy's runtime API has to fit into its buffer. */
const LONGEST_LINE = 8_000;

/** What HAProxy could be asked. */
export interface Asked {
	/** null: it could not be asked, and `failure` says why. */
	readonly state: RuntimeState | null;
	readonly failure: string | null;
	/** Another one where the configuration file is another one. */
	readonly fileMark: string;
}

/** One live connection to the machine of a balancer. */
export class BalancerSession {
	readonly link: Link;
	readonly layout: BalancerLayout;
	#facts: BalancerFacts;
	#control: Promise<Control> | null = null;
	#relay: Promise<Relay> | null = null;

	private constructor(link: Link, layout: BalancerLayout, facts: BalancerFacts) {
		this.link = link;
		this.layout = layout;
		this.#facts = facts;
	}

	/** @throws ProcdeckError `unreachable`, or `refused` where nothing can run a balancer */
	static async open(
		link: Link,
		stack: Pick<Stack, 'name' | 'environment'>,
		definition: Pick<ServerDefinition, 'name' | 'scope'>,
	): Promise<BalancerSession> {
		const facts = await readBalancerFacts(link);
		requireBalancerHost(facts, definition);
		return new BalancerSession(link, balancerLayout(stack, definition.scope, facts), facts);
	}

	get facts(): BalancerFacts {
		return this.#facts;
	}

	/** The program that checks configurations and runs. */
	get haproxy(): string {
		return this.#facts.haproxy ?? USUAL_HAPROXY;
	}

	/** To be called once something was installed. */
	async readFactsAgain(): Promise<void> {
		this.#facts = await readBalancerFacts(this.link);
		(await this.#control?.catch(() => null))?.close();
		this.#control = null;
	}

	/** @throws ProcdeckError `refused` where this user may not change anything */
	elevated(...command: readonly string[]): [string, ...string[]] {
		return elevated(this.#facts, this.layout.scope, command);
	}

	/** @throws ProcdeckError `refused` where this user may not change anything, `unreachable` */
	async control(): Promise<Control> {
		const open = await this.#control?.catch(() => null);
		if (open?.isOpen === true) return open;
		this.#control = this.#open(controlCommand(this.layout, this.haproxy), (channel) => new Control(channel));
		return this.#control;
	}

	/** @throws ProcdeckError as {@link BalancerSession.control} */
	async files(): Promise<BalancerFiles> {
		return (await this.control()).files();
	}

	/** What runs now. @throws ProcdeckError as {@link BalancerSession.control} */
	async ask(): Promise<Asked> {
		const relay = await this.#openRelay();
		const { text, failure, fileMark } = await relay.ask([STATE_COMMANDS]);
		// It may be ending just now.
		if (text === '') return { state: null, failure: 'it does not answer', fileMark };
		return { state: text === null ? null : parseRuntimeState(text, BACKEND_SECTION), failure, fileMark };
	}

	/**
	 * What runs now.
	 * @throws ProcdeckError `refused` where nothing runs
	 */
	async state(): Promise<RuntimeState> {
		const { state, failure } = await this.ask();
		if (state !== null) return state;
		throw silent(failure ?? '');
	}

	/**
	 * Tells HAProxy to do things, and reads back what came of it.
	 * @returns what it said to that, and what runs now
	 * @throws ProcdeckError `refused` where nothing runs
	 */
	async tell(commands: readonly string[]): Promise<{ readonly said: string; readonly state: RuntimeState }> {
		const relay = await this.#openRelay();
		let answer = '';
		for (const line of inLines([...commands, STATE_COMMANDS])) {
			const { text, failure } = await relay.ask(line);
			if (text === null) throw silent(failure ?? '');
			answer += text;
		}
		const said = answer.slice(0, Math.max(0, answer.indexOf(STATE_BEGINS)));
		const words = said.split('\n').filter((line) => line !== '');
		return { said: words.join('; '), state: parseRuntimeState(answer, BACKEND_SECTION) };
	}

	async close(): Promise<void> {
		await this.link.close();
	}

	async #openRelay(): Promise<Relay> {
		const open = await this.#relay?.catch(() => null);
		if (open?.isOpen === true) return open;
		const { socket, configPath } = this.layout;
		this.#relay = this.#open(relayCommand(socket, configPath), (channel) => new Relay(channel));
		return this.#relay;
	}

	async #open<T>(command: readonly string[], make: (channel: Channel) => T): Promise<T> {
		return make(await this.link.open(this.elevated(...command)));
	}
}

function silent(failure: string): ProcdeckError {
	const message = `the load balancer does not answer: ${failure}`;
	return new ProcdeckError('refused', message, 'its repair starts it again');
}

function inLines(commands: readonly string[]): string[][] {
	const lines: string[][] = [];
	let length = Number.POSITIVE_INFINITY;
	for (const command of commands) {
		length += command.length + 1;
		if (length > LONGEST_LINE) {
			lines.push([]);
			length = command.length;
		}
		lines.at(-1)?.push(command);
	}
	return lines;
}

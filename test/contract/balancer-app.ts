import type { Balancer } from '../../src/balancer/balancer.ts';
import type { Backend, BackendObservation, BalancerObservation } from '../../src/model/balancer.ts';
import { waitFor } from '../support/wait-for.ts';

/** A real web program (test/fixtures/serves-web.js) behind the balancer under test. */
export interface Upstream {
	/** As the balancer reaches it. */
	readonly backend: Backend;
	/** `http://HOST:PORT`, past the balancer, as the test reaches it. */
	readonly url: string;
	kill(signal: NodeJS.Signals): Promise<void>;
	/** Starts it again on its port, after a kill. */
	restart(): Promise<void>;
}

/** A balancer that is not set up yet, and the machine around it; everything ends with its test. */
export interface BalancerApp {
	/** The port that it is to listen on, free. */
	readonly port: number;
	/** Where clients find it: `http://HOST:PORT`. */
	readonly url: string;
	/** Connects one more client. */
	connect(): Promise<Balancer>;
	/** Starts a web program, which listens when this resolves. */
	upstream(server: string, instance: string): Promise<Upstream>;
	/** Kills the balancer as `kill -9` does; it is back by itself or is brought back, and listens, when this resolves. */
	restart(): Promise<void>;
	/** Takes this backend out of the traffic behind Procdeck's back, and whatever else makes drift. */
	meddle(backend: Backend): Promise<void>;
	/** Has another program listen on the port until the test ends. */
	takePort(): Promise<void>;
}

/** The machine on which the balancer under test runs. */
export interface BalancerHost {
	create(): Promise<BalancerApp>;
}

/** Follows what a balancer pushes. */
export class BalancerWatch {
	readonly pushed: BalancerObservation[] = [];
	readonly stop: () => void;

	private constructor(stop: () => void, pushed: BalancerObservation[]) {
		this.stop = stop;
		this.pushed = pushed;
	}

	static async of(balancer: Balancer): Promise<BalancerWatch> {
		const pushed: BalancerObservation[] = [];
		const stop = await balancer.observe((observation) => pushed.push(observation));
		return new BalancerWatch(stop, pushed);
	}

	get latest(): BalancerObservation {
		const latest = this.pushed.at(-1);
		if (latest === undefined) throw new Error('nothing was observed');
		return latest;
	}

	backend({ server, instance }: Pick<Backend, 'server' | 'instance'>): BackendObservation {
		const found = this.latest.backends.find((one) => one.server === server && one.instance === instance);
		if (found === undefined) throw new Error(`there is no backend ${instance} of ${server}`);
		return found;
	}

	/** Waits for what is pushed to be so. */
	until(is: (observation: BalancerObservation) => boolean, what: string): Promise<unknown> {
		return waitFor(() => is(this.latest), what).catch((error: Error) => {
			throw new Error(`${error.message}: ${JSON.stringify(this.pushed.at(-1))}`, { cause: error });
		});
	}

	untilState(backend: Backend, state: BackendObservation['state']): Promise<unknown> {
		const what = `${backend.instance} of ${backend.server} to be ${state}`;
		return this.until(() => this.backend(backend).state === state, what);
	}
}

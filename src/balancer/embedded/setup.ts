import { rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { ownedDirectory } from '../../files/private-files.ts';
import { describeListener, isListening } from '../../linux/ports.ts';
import type { BalancerConfiguration } from '../../model/balancer.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { lineDiff } from '../../model/line-diff.ts';
import type { SetupItem, SetupPlan } from '../../model/setup.ts';
import type { BalancerSetup } from '../balancer.ts';
import type { Access } from './access.ts';
import { readConfiguration, sameConfiguration, textOf, writeConfiguration } from './configuration-file.ts';
import type { OwnObservation } from './protocol.ts';

/** Sets a load balancer up by its configuration alone: the supervisor of its server does the rest. */
export class EmbeddedSetup implements BalancerSetup {
	readonly #access: Access;

	constructor(access: Access) {
		this.#access = access;
	}

	async plan(configuration: BalancerConfiguration): Promise<SetupPlan> {
		const { configuration: file } = this.#access.paths;
		const before = readConfiguration(file);
		if (sameConfiguration(before, configuration)) return { isSetUp: true, items: [] };
		const item: SetupItem = {
			type: null,
			what: before === null ? 'there is no load balancer yet' : 'the load balancer is set up otherwise',
			action: 'write',
			paths: [file],
			diff: lineDiff(before === null ? '' : textOf(before), textOf(configuration)),
		};
		return { isSetUp: before !== null, items: [item] };
	}

	async write(planned: SetupPlan, configuration: BalancerConfiguration): Promise<void> {
		const now = await this.plan(configuration);
		if (!isDeepStrictEqual(now, planned))
			throw new ProcdeckError('conflict', 'the load balancer was changed meanwhile', 'look again');
		if (now.isSetUp) await this.#change(configuration);
		else await this.#create(configuration);
	}

	/** What cannot be used was never written. */
	async check(): Promise<null> {
		return null;
	}

	async remove(): Promise<void> {
		const { paths } = this.#access;
		// Without it nobody starts it again.
		await rm(paths.configuration, { force: true });
		const connection = await this.#access.connectIfRunning();
		await connection?.request('end', null).catch(() => {});
		await connection?.closed;
		await rm(paths.directory, { recursive: true, force: true });
	}

	async #change(configuration: BalancerConfiguration): Promise<void> {
		const connection = await this.#access.connectOrStart();
		await connection.request('configure', { configuration });
	}

	async #create(configuration: BalancerConfiguration): Promise<void> {
		const { port } = configuration.settings;
		if (isListening(port)) {
			const who = describeListener(port) ?? 'another program';
			throw new ProcdeckError('refused', `port ${port} is taken by ${who}`, 'end it, or choose another port');
		}
		const { paths } = this.#access;
		ownedDirectory(paths.directory);
		await writeConfiguration(paths.configuration, configuration);
		try {
			await this.#untilItListens();
		} catch (error) {
			await this.remove();
			throw error;
		}
	}

	async #untilItListens(): Promise<void> {
		const connection = await this.#access.connectOrStart();
		const { connection: state, reason } = await new Promise<OwnObservation>((resolve, reject) => {
			const stop = connection.observe(null, (observation) => {
				resolve(observation);
				stop.then((end) => end()).catch(() => {});
			});
			stop.catch(reject);
		});
		if (state !== 'connected')
			throw new ProcdeckError('refused', reason ?? 'the load balancer does not listen');
	}
}

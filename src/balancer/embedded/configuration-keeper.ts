import { statSync } from 'node:fs';
import type { BalancerConfiguration } from '../../model/balancer.ts';
import { ProcdeckError } from '../../model/errors.ts';
import {
	readConfiguration,
	readExactly,
	sameConfiguration,
	writeConfiguration,
} from './configuration-file.ts';

/** The configuration that a load balancer goes by, and its file. */
export class ConfigurationKeeper {
	readonly #file: string;
	#configuration: BalancerConfiguration;
	/** Of the file when it was last read or written. */
	#stamp: string;
	#drift: readonly string[] = [];

	private constructor(file: string, configuration: BalancerConfiguration) {
		this.#file = file;
		this.#configuration = configuration;
		this.#stamp = stampOf(file);
	}

	/** @throws ProcdeckError `refused` when there is none that can be read */
	static read(file: string): ConfigurationKeeper {
		const configuration = readConfiguration(file);
		if (configuration !== null) return new ConfigurationKeeper(file, configuration);
		throw new ProcdeckError('refused', `${file} holds no configuration of a load balancer`);
	}

	get configuration(): BalancerConfiguration {
		return this.#configuration;
	}

	/** In what the file differs from what is gone by. */
	get drift(): readonly string[] {
		const stamp = stampOf(this.#file);
		if (stamp !== this.#stamp) this.#look();
		this.#stamp = stamp;
		return this.#drift;
	}

	/** @throws ProcdeckError `refused`; then the one before holds */
	async write(configuration: BalancerConfiguration): Promise<void> {
		await writeConfiguration(this.#file, configuration);
		this.#configuration = configuration;
		this.#stamp = stampOf(this.#file);
		this.#drift = [];
	}

	#look(): void {
		const isSame = sameConfiguration(readExactly(this.#file), this.#configuration);
		this.#drift = isSame ? [] : [`${this.#file} was changed by hand`];
	}
}

function stampOf(file: string): string {
	const found = statSync(file, { throwIfNoEntry: false });
	return found === undefined ? '' : `${found.ino} ${found.mtimeMs} ${found.size}`;
}

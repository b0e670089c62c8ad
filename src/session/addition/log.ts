import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ownedDirectory } from '../../files/private-files.ts';
import { stateRoot } from '../../files/state-root.ts';
import { errorText, ProcdeckError } from '../../model/errors.ts';
import type { Stack } from '../../model/stack.ts';
import type { StepReporter } from './reporter.ts';

/** Where everything is that the steps of an addition write. */
export interface AdditionLog extends StepReporter {
	readonly path: string;
	close(): void;
}

/**
 * The log of an addition. With the first step it takes the place of the last one of a server of this name. Nobody else may
 * read it: what commands write may be secret. `begin` throws ProcdeckError `refused` where it cannot be written.
 */
export function openAdditionLog({ name, environment }: Stack, server: string): AdditionLog {
	const folder = join(stateRoot(), 'additions');
	const path = join(folder, `${name}.${environment}.${server}.log`);
	let file: number | null = null;
	const write = (text: string) => {
		if (file !== null) writeSync(file, `${text}\n`);
	};
	return {
		path,
		begin({ verb, what }) {
			file ??= openFor(folder, path);
			write(`== ${new Date().toISOString()} ${verb} ${what}`);
		},
		line: write,
		end: (_step, failure) => write(failure === null ? '== done' : `== failed: ${errorText(failure)}`),
		close() {
			if (file !== null) closeSync(file);
			file = null;
		},
	};
}

function openFor(folder: string, path: string): number {
	ownedDirectory(folder);
	try {
		return openSync(path, 'w', 0o600);
	} catch (error) {
		const message = `cannot write ${path}: ${(error as Error).message}`;
		throw new ProcdeckError('refused', message, 'free some space, or make its folder writable');
	}
}

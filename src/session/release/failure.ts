import { ProcdeckError } from '../../model/errors.ts';

/** What a person stopped. */
export function stopped(): ProcdeckError {
	return new ProcdeckError('refused', 'it was stopped');
}

/** Why a step failed; anything but a ProcdeckError is a bug and goes up as it is, unless the step was stopped. */
export function asFailure(error: unknown, { aborted }: AbortSignal): ProcdeckError {
	if (error instanceof ProcdeckError) return error;
	if (aborted) return stopped();
	throw error;
}

/** Errors of a server say which it is. */
export function named(name: string): (error: unknown) => never {
	return (error) => {
		if (!(error instanceof ProcdeckError) || error.message.startsWith(`${name}: `)) throw error;
		throw new ProcdeckError(error.code, `${name}: ${error.message}`, error.hint, { cause: error });
	};
}

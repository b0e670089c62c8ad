import { join } from 'node:path';

/** Standard output and error of an instance, appended by the instance itself. */
export function logFile(directory: string, instance: string): string {
	return join(directory, `${instance}.log`);
}

/** What was left of it when it was last begun anew. */
export function previousLogFile(directory: string, instance: string): string {
	return join(directory, `${instance}.log.1`);
}

/** Times of a log: see `LogIndex`. */
export function indexFile(log: string): string {
	return `${log}.times`;
}

/** The instance that a file of the logs folder belongs to, or null for an index or anything else. */
export function instanceOfFile(name: string): string | null {
	return /^([A-Za-z0-9_-]+\.\d+)\.log$/.exec(name)?.[1] ?? null;
}

import { readdirSync } from 'node:fs';
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

/** The instances that have a log in the folder; none when there is no folder yet. */
export function loggedInstances(directory: string): string[] {
	try {
		return readdirSync(directory).flatMap((name) => instanceOfFile(name) ?? []);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}

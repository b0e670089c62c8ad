import { type Found, fine } from '../../model/finding.ts';

/** Room on one file system. */
export interface Room {
	/** Where it is mounted, or a folder on it. */
	readonly place: string;
	readonly freeBytes: number;
	/** 0 to 1. */
	readonly freePart: number;
	/** 0 to 1; null: it has no fixed number of them. */
	readonly freeInodes: number | null;
}

const MEBIBYTE = 1024 ** 2;
const LITTLE = { bytes: 512 * MEBIBYTE, part: 0.05 };
const NONE = { bytes: 32 * MEBIBYTE, part: 0.005 };
/** A small file system that is for the most part empty has room. */
const MOSTLY_EMPTY = 0.5;

/**
 * Space and inodes.
 * @param freeing what frees some
 */
export function roomFindings({ place, freeBytes, freePart, freeInodes }: Room, freeing: string): Found[] {
	const isUnder = ({ bytes, part }: typeof NONE) =>
		(freeBytes < bytes && freePart < MOSTLY_EMPTY) || freePart < part;
	const space = `${place}: ${Math.floor(freeBytes / MEBIBYTE)} MiB (${percent(freePart)}) free`;
	const spaceFinding = judged('disk space', space, isUnder, freeing);
	if (freeInodes === null) return [spaceFinding];
	const inodes = `${place}: ${percent(freeInodes)} of the inodes are free`;
	const fix = `remove files there: du --inodes -x ${place} tells where they are`;
	return [spaceFinding, judged('inodes', inodes, ({ part }) => freeInodes < part, fix)];
}

function judged(
	check: string,
	message: string,
	isUnder: (limit: typeof NONE) => boolean,
	fix: string,
): Found {
	if (!isUnder(LITTLE)) return fine(check, message);
	return { check, severity: isUnder(NONE) ? 'fatal' : 'warning', message, fix };
}

function percent(part: number): string {
	return `${Math.floor(part * 100)} %`;
}

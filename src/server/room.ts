import { type Found, fine } from '../model/finding.ts';

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

/** @param freeing what frees some */
export function roomFinding({ place, freeBytes, freePart, freeInodes }: Room, freeing: string): Found {
	const check = 'disk space';
	const isUnder = ({ bytes, part }: typeof NONE) =>
		(freeBytes < bytes && freePart < MOSTLY_EMPTY) || freePart < part || (freeInodes ?? 1) < part;
	const inodes = freeInodes === null ? '' : `, ${percent(freeInodes)} of the inodes`;
	const message = `${place}: ${Math.floor(freeBytes / MEBIBYTE)} MiB (${percent(freePart)}) free${inodes}`;
	if (!isUnder(LITTLE)) return fine(check, message);
	return { check, severity: isUnder(NONE) ? 'fatal' : 'warning', message, fix: freeing };
}

function percent(part: number): string {
	return `${Math.floor(part * 100)} %`;
}

export interface ReleaseFlags {
	readonly revision?: string;
	readonly dirty?: boolean;
	readonly server?: readonly string[];
	readonly parallel?: number;
	/** Milliseconds. */
	readonly timeout?: number;
	readonly yes?: boolean;
}

/** Servers that are copied to, or switched, at the same time. */
export const PARALLEL = 10;

import type { Formation, LiveProcess, TypeDefinition } from '../../plan/state.ts';

export interface Clock {
	/** Monotonic milliseconds since boot. */
	readonly mono: number;
	/** Milliseconds since the epoch; for showing only, may jump. */
	readonly wall: number;
	/** In [0, 1): the jitter of delays. */
	readonly random: number;
}

export type SupervisorEvent =
	/** The files were read (again). */
	| {
			readonly kind: 'defined';
			readonly definitions: readonly TypeDefinition[];
			readonly ports: Formation['ports'];
	  }
	/** A verb changed what should run. */
	| { readonly kind: 'formation'; readonly formation: Formation }
	/** Fresh starts wanted, at most `width` at a time; null: all at once. */
	| {
			readonly kind: 'restart';
			readonly names: readonly string[];
			readonly width: number | null;
	  }
	| { readonly kind: 'spawned'; readonly name: string; readonly process: LiveProcess }
	| { readonly kind: 'spawn-failed'; readonly name: string; readonly reason: string }
	| { readonly kind: 'ready'; readonly name: string; readonly starts: number }
	/** The leader is gone; code and signal null: nobody saw how. `treeLeft`: others of its process group still live. */
	| {
			readonly kind: 'exited';
			readonly name: string;
			readonly starts: number;
			readonly code: number | null;
			readonly signal: string | null;
			readonly treeLeft: boolean;
	  }
	/** Nothing of its tree is left. */
	| { readonly kind: 'gone'; readonly name: string; readonly starts: number }
	/** What remains cannot be ended. */
	| { readonly kind: 'stuck'; readonly name: string; readonly starts: number; readonly reason: string }
	| { readonly kind: 'memory-over'; readonly name: string; readonly starts: number }
	| { readonly kind: 'elapsed'; readonly name: string };

export type Effect =
	| { readonly kind: 'spawn'; readonly name: string }
	/** Send to the whole process tree. */
	| { readonly kind: 'signal'; readonly name: string; readonly signal: string }
	/** Begin the readiness check. */
	| { readonly kind: 'probe'; readonly name: string };
